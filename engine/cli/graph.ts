import { type Drawable, type NodeState, toDot, toMermaid } from '../draw-graph.js';
import { buildGraph } from '../graph.js';
import type { RunRecord } from '../record.js';
import { openSession, plan } from '../session.js';
import { type CliContext, type PipelineOptions, pipelineOptions, type RegisterCommand } from './command.js';
import { findRun } from './find-run.js';
import { loadOrReport, sessionOptions } from './open-pipeline.js';
import { print, printJson, UsageError } from './output.js';

interface GraphOptions extends PipelineOptions {
  readonly format: string;
  readonly states?: boolean;
  readonly run?: string | true;
}

/** What is drawn, with the states where they were asked for. */
interface Drawing {
  readonly graph: Drawable;
  readonly states?: ReadonlyMap<string, NodeState>;
}

export const registerGraph: RegisterCommand = (program, context) => {
  pipelineOptions(program.command('graph [pipeline]'), context)
    .description('draw the graph of a pipeline, or of a run')
    .option('--format <format>', 'mermaid or dot', 'mermaid')
    .option('--states', 'colour each node by what a run would do with it')
    .option('--run [hash]', 'the graph of a past run (the latest by default), with what became of each node')
    .action(async (file: string | undefined, options: GraphOptions) => {
      if (options.format !== 'mermaid' && options.format !== 'dot') {
        throw new UsageError(`--format takes mermaid or dot, not ${options.format}`);
      }
      if (options.run !== undefined && file !== undefined) {
        throw new UsageError('name a pipeline, or a run by --run');
      }
      const drawing =
        options.run === undefined
          ? await ofPipeline(file, options, context)
          : ofRun(findRun(options.run === true ? undefined : options.run));
      if (!drawing) return;
      const { graph, states } = drawing;
      if (options.json) return printJson(drawingJson(drawing));
      print(options.format === 'dot' ? toDot(graph, states) : toMermaid(graph, states));
    });
};

async function ofPipeline(
  file: string | undefined,
  options: GraphOptions,
  context: CliContext,
): Promise<Drawing | undefined> {
  const chosen = sessionOptions(file, options, context);
  const loaded = await loadOrReport(chosen, options, context);
  if (!loaded) return undefined;
  const graph = buildGraph(loaded.value);
  if (!options.states) return { graph };
  const planned = await plan(await openSession(chosen), loaded.value);
  return { graph, states: new Map(planned.nodes.map(({ node, action }) => [node.id, action])) };
}

/** Records from before inputs were recorded give nodes without edges. */
function ofRun({ nodes }: RunRecord): Drawing {
  const entries = Object.entries(nodes);
  const split = (text: string) => {
    // The id of a node has no dot outside brackets, so the last one is where the port begins.
    const dot = text.lastIndexOf('.');
    return { node: text.slice(0, dot), port: text.slice(dot + 1) };
  };
  return {
    graph: {
      order: entries.map(([id, { uses }]) => ({ id, kind: { name: uses } })),
      edges: entries.flatMap(([id, { inputs = {} }]) =>
        Object.entries(inputs).flatMap(([port, wired]) =>
          wired.map((from) => ({ from: split(from), to: { node: id, port } })),
        ),
      ),
    },
    states: new Map(entries.map(([id, { status }]) => [id, status])),
  };
}

function drawingJson({ graph, states }: Drawing): object {
  return {
    nodes: graph.order.map(({ id, kind }) => ({
      id,
      uses: kind.name,
      ...(states ? { state: states.get(id) } : {}),
    })),
    edges: graph.edges,
  };
}
