/** `report.seeds`: metrics of several seeds → what they say together. */
import { writeFile } from 'node:fs/promises';
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { ReportSeedsConfig } from '../../schemas/kinds/report.seeds.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { type OverSeeds, overSeeds } from '../statistics/over-seeds.js';
import { metricNames } from './metric-names.js';
import { readMetrics } from './read-metrics.js';
import { seedsTable } from './seeds-table.js';
import { toMarkdown, toPlainText } from './table.js';

export async function run(context: RunContext<ReportSeedsConfig>): Promise<RunOutcome> {
  const { metrics: wanted, confidence_level: confidence, bootstrap_resamples: resamples } = context.config;
  const inputs = context.inputs('metrics');
  const runs = await Promise.all(inputs.map((input, index) => readMetrics(input.path(), `input ${index + 1}`)));
  if (runs.length < 2) {
    throw new Failure('too-few-seeds', 'There is one run, and a spread takes two or more.', 'Wire `node[*].metrics`.');
  }
  const names = wanted.length > 0 ? wanted : commonNames(runs);
  const measured = Object.fromEntries(
    names.map((name) => [name, overSeeds(valuesOf(name, runs), { confidence, resamples, seed: 0 })]),
  );
  const table = seedsTable(measured);
  await writeFile(context.output('report'), toMarkdown(table));
  context.display('over seeds', toPlainText(table));
  const metrics = { ...Object.assign({}, ...Object.entries(measured).map(metricsOf)), seeds: runs.length };
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}

function commonNames(runs: readonly Readonly<Record<string, number>>[]): string[] {
  const names = metricNames(runs[0]!).filter((name) => runs.every((metrics) => Object.hasOwn(metrics, name)));
  if (names.length > 0) return names;
  throw new Failure('unknown-metric', 'There is no metric that all the inputs have.');
}

function valuesOf(name: string, runs: readonly Readonly<Record<string, number>>[]): number[] {
  return runs.map((metrics, index) => {
    if (Object.hasOwn(metrics, name)) return metrics[name]!;
    const found = metricNames(metrics).join(', ');
    throw new Failure('unknown-metric', `Input ${index + 1} has no metric ${name}.`, `It has: ${found}.`);
  });
}

function metricsOf([name, { iqm, interval, mean, deviation, min, max }]: [string, OverSeeds]): Record<string, number> {
  return {
    [name]: iqm,
    ...(interval ? { [`${name}_low`]: interval.low, [`${name}_high`]: interval.high } : {}),
    [`${name}_mean`]: mean,
    ...(deviation === undefined ? {} : { [`${name}_std`]: deviation }),
    [`${name}_min`]: min,
    [`${name}_max`]: max,
  };
}
