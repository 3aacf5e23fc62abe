import { buildGraph, toDot, toMermaid } from '../graph.js';
import type { RegisterCommand } from './command.js';
import { loadOrReport, sessionOptions } from './open-pipeline.js';
import { print, printJson, UsageError } from './output.js';

interface GraphOptions {
  readonly format: string;
  readonly json?: boolean;
}

export const registerGraph: RegisterCommand = (program, context) => {
  program
    .command('graph [pipeline]')
    .description('draw the graph of a pipeline')
    .option('--format <format>', 'mermaid or dot', 'mermaid')
    .option('--json', 'print JSON for programs')
    .action(async (file: string | undefined, options: GraphOptions) => {
      if (options.format !== 'mermaid' && options.format !== 'dot') {
        throw new UsageError(`--format takes mermaid or dot, not ${options.format}`);
      }
      const words = options.json ? { json: true } : {};
      const loaded = await loadOrReport(sessionOptions(file, words, context), words, context);
      if (!loaded) return;
      const graph = buildGraph(loaded.value);
      if (options.json) {
        printJson({
          nodes: graph.order.map(({ id, kind }) => ({ id, uses: kind.name })),
          edges: graph.order.flatMap((node) =>
            Object.entries(node.inputs).flatMap(([port, references]) =>
              references.map((from) => ({ from, to: { node: node.id, port } })),
            ),
          ),
        });
      } else print(options.format === 'dot' ? toDot(graph) : toMermaid(graph));
    });
};
