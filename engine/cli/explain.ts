import pc from 'picocolors';
import { stringify } from '../json.js';
import { nearest } from '../nearest.js';
import { plan } from '../session.js';
import { type PipelineOptions, pipelineOptions, type RegisterCommand } from './command.js';
import { openPipeline } from './open-pipeline.js';
import { print, printJson, UsageError } from './output.js';
import { nodeText } from './plan.js';

export const registerExplain: RegisterCommand = (program, context) => {
  pipelineOptions(program.command('explain <node> [pipeline]'), context)
    .description('show what a node depends on, and why it would run or not')
    .action(async (id: string, file: string | undefined, options: PipelineOptions) => {
      const opened = await openPipeline(file, options, context);
      if (!opened) return;
      const planned = await plan(opened.session, opened.pipeline);
      const node = planned.nodes.find((candidate) => candidate.node.id === id);
      if (!node) {
        const near = nearest(
          id,
          planned.nodes.map((candidate) => candidate.node.id),
        );
        throw new UsageError(`the pipeline has no node ${id}${near ? `; did you mean ${near}?` : ''}`);
      }
      const { recipe, key, components, action, reasons, trace } = node;
      if (options.json) {
        const made = trace && {
          created: trace.created,
          duration_ms: trace.duration_ms,
          environment: trace.environment,
          outputs: trace.outputs,
        };
        return printJson({ id, uses: node.node.kind.name, recipe, key, action, reasons, components, trace: made });
      }
      print(nodeText(node, id.length));
      print(`    recipe  ${recipe}`);
      print(`    key     ${key ?? pc.dim('not known before its inputs are')}`);
      if (components) print(`    made of ${stringify(components, 2).replaceAll('\n', '\n    ')}`);
      if (trace) {
        print(`    stored  ${trace.created}, took ${trace.duration_ms} ms ${stringify(trace.environment)}`);
        for (const [port, digest] of Object.entries(trace.outputs)) print(`    ${port}  ${digest}`);
      }
    });
};
