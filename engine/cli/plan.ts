import pc from 'picocolors';
import type { Plan, PlannedNode } from '../plan.js';
import { plural, shortHash } from '../report/format.js';
import { reasonText } from '../report/reason-text.js';
import { type PipelineOptions, pipelineOptions, type RegisterCommand, updateSources } from './command.js';
import { openPlan } from './open-pipeline.js';
import { print, printJson, shownPath } from './output.js';

export const registerPlan: RegisterCommand = (program, context) => {
  pipelineOptions(program.command('plan [pipeline]'), context)
    .description('show what a run would do, and why')
    .option(...updateSources)
    .action(async (file: string | undefined, options: PipelineOptions & { readonly updateSources?: boolean }) => {
      const opened = await openPlan(file, options, context);
      if (!opened) return;
      if (options.json) printJson(planJson(opened.planned));
      else print(planText(opened.planned));
    });
};

/** The plan as `plan --json` prints it. */
export function planJson(planned: Plan): object {
  return {
    experiment: planned.experiment,
    nodes: planned.nodes.map(({ node, recipe, key, action, reasons }) => ({
      id: node.id,
      uses: node.kind.name,
      recipe,
      ...(key === undefined ? {} : { key }),
      action,
      reasons,
    })),
  };
}

const signs = { run: pc.green('run    '), hit: pc.blue('cached '), unknown: pc.yellow('depends') } as const;

function planText(planned: Plan): string {
  const width = Math.max(...planned.nodes.map(({ node }) => node.id.length));
  const head = `${pc.bold(planned.pipeline.name)}  experiment ${shortHash(planned.experiment)}`;
  const count = (action: PlannedNode['action']) => planned.nodes.filter((node) => node.action === action).length;
  const summary = [
    `${plural(count('run'), 'node')} to run`,
    `${count('unknown')} that depend on what those yield`,
    `${count('hit')} cached`,
  ].join(', ');
  return [head, ...planned.nodes.map((node) => nodeText(node, width)), summary].join('\n');
}

/** A node's line, and below it the reasons why it runs. */
export function nodeText({ node, action, reasons }: PlannedNode, width: number): string {
  const line = `  ${signs[action]}  ${node.id.padEnd(width)}  ${pc.dim(node.kind.name)}`;
  return [line, ...reasons.map((reason) => pc.dim(`             ${reasonText(reason, shownPath)}`))].join('\n');
}
