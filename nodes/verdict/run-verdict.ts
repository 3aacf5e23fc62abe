/** `report.verdict`: metrics of several seeds → whether they support a claim. */
import { writeFile } from 'node:fs/promises';
import { Failure } from '../../engine/failure.js';
import type { Artifact, RunContext, RunOutcome } from '../../engine/kind.js';
import type { ReportVerdictConfig } from '../../schemas/kinds/report.verdict.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { readMetrics } from '../report/read-metrics.js';
import { toMarkdown, toPlainText } from '../report/table.js';
import { mean } from '../statistics/spread.js';
import { type Bound, judge, type Verdict, verdictOfAll } from './decide.js';
import { type Condition, conditionTable, footnoteOf } from './verdict-text.js';

/** With fewer, an interval says next to nothing: of two runs, Student's t is 12.7. */
const fewestRuns = 3;

export async function run(context: RunContext<ReportVerdictConfig>): Promise<RunOutcome> {
  const { config } = context;
  const after = await valuesOf(context.inputs('metrics'), config.metric, 'metrics');
  const before = await valuesOf(context.inputs('baseline'), config.metric, 'baseline');
  if (before.length > 0 && before.length !== after.length) {
    const message = `There are ${after.length} metrics and ${before.length} baselines.`;
    throw new Failure('unpaired-runs', message, 'Give one baseline for each of `metrics`, of the same seed.');
  }
  const bound = boundOf(config);
  const conditions = shareOut(after, before, config).map(({ name, after, before }): Condition => {
    const values = before.length > 0 ? differences(after, before, config) : after;
    const finding = judge(values, bound, config.confidence_level);
    return { name, values, after: mean(after), before: before.length > 0 ? mean(before) : undefined, ...finding };
  });
  const verdict = verdictOfAll(conditions.map((condition) => condition.verdict));
  const table = conditionTable(conditions, config);
  const footnote = footnoteOf(conditions, bound, config);
  await writeFile(context.output('report'), `**${verdict}**: ${config.claim}\n\n${toMarkdown(table)}\n${footnote}\n`);
  context.display('verdict', `${verdict}: ${config.claim}\n${toPlainText(table)}\n${footnote}`);
  const metrics = metricsOf(conditions, verdict);
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}

async function valuesOf(inputs: readonly Artifact[], metric: string, port: string): Promise<number[]> {
  return Promise.all(
    inputs.map(async (input, index) => {
      const label = `input ${index + 1} of \`${port}\``;
      const metrics = await readMetrics(input.path(), label);
      if (Object.hasOwn(metrics, metric)) return metrics[metric]!;
      const hint = `It has: ${Object.keys(metrics).join(', ')}.`;
      throw new Failure('unknown-metric', `There is no metric ${metric} in ${label}.`, hint);
    }),
  );
}

function boundOf({ above, below }: ReportVerdictConfig): Bound {
  return above === null ? { side: 'below', value: below! } : { side: 'above', value: above };
}

interface Share {
  readonly name: string;
  readonly after: readonly number[];
  readonly before: readonly number[];
}

/** Consecutive runs belong to one condition. */
function shareOut(after: readonly number[], before: readonly number[], config: ReportVerdictConfig): Share[] {
  const names = config.conditions.length > 0 ? config.conditions : [config.metric];
  const runs = after.length / names.length;
  if (!Number.isInteger(runs)) {
    const message = `${after.length} runs cannot be shared out among ${names.length} conditions.`;
    throw new Failure('conditions-mismatch', message, 'Each of `conditions` takes as many inputs as the others.');
  }
  if (runs < fewestRuns) {
    const message = `A verdict takes at least ${fewestRuns} runs of a condition, and there are ${runs}.`;
    throw new Failure('too-few-runs', message, 'Run with more seeds.');
  }
  return names.map((name, index) => ({
    name,
    after: after.slice(index * runs, (index + 1) * runs),
    before: before.slice(index * runs, (index + 1) * runs),
  }));
}

function differences(after: readonly number[], before: readonly number[], config: ReportVerdictConfig): number[] {
  if (config.relative && before.includes(0)) {
    const message = `The baseline's ${config.metric} is 0, and nothing is a part of that.`;
    throw new Failure('baseline-zero', message, 'Leave out `relative`.');
  }
  return after.map((value, index) => (value - before[index]!) / (config.relative ? Math.abs(before[index]!) : 1));
}

function metricsOf(conditions: readonly Condition[], verdict: Verdict): Record<string, number> {
  const numberOf: Readonly<Record<Verdict, number>> = { supported: 1, undecided: 0, 'not supported': -1 };
  const entries = conditions.flatMap(({ name, mean, interval }) => {
    const prefix = conditions.length > 1 ? `${name}.` : '';
    return [
      [`${prefix}mean`, mean],
      [`${prefix}mean_low`, interval.low],
      [`${prefix}mean_high`, interval.high],
    ] as const;
  });
  return { verdict: numberOf[verdict], ...Object.fromEntries(entries), n: conditions[0]!.values.length };
}
