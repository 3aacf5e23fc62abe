/** `evaluate.compare`: models against the first of them, example by example. */
import { writeFile } from 'node:fs/promises';
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateCompareConfig } from '../../schemas/kinds/evaluate.compare.js';
import type { TextMetricName } from '../../schemas/kinds/text-metrics.js';
import { formatInterval } from '../report/measure.js';
import { formatDifference, formatNumber, type Table, toMarkdown, toPlainText } from '../report/table.js';
import { type Interval, pairedBootstrap } from '../statistics/bootstrap.js';
import { pairedPermutationTest } from '../statistics/permutation.js';
import { minimumDetectableDifference, standardDeviation } from '../statistics/spread.js';
import type { TextMetric } from '../text-metrics/metric.js';
import { type ComparedRow, readComparedRows } from './compared-rows.js';
import { writeMetrics } from './metrics-file.js';
import { statisticsOf } from './score-texts.js';
import { textMetrics } from './text-metrics.js';

export interface Comparison {
  readonly label: string;
  readonly metric: TextMetricName;
  readonly difference: number;
  readonly interval: Interval;
  readonly pValue: number;
  /** The least true difference that so many examples would show; `undefined` where no two pairs differ. */
  readonly detectable: number | undefined;
}

export async function run(context: RunContext<EvaluateCompareConfig>): Promise<RunOutcome> {
  const { config } = context;
  const { labels } = config;
  const inputs = context.inputs('samples');
  if (inputs.length !== labels.length) {
    const message = `There are ${labels.length} labels for ${inputs.length} inputs.`;
    throw new Failure('labels-mismatch', message, 'Give one label for each of the `samples` inputs, in their order.');
  }
  const systems = await Promise.all(
    inputs.map((input, index) => readComparedRows(input.path(), config, labels[index]!)),
  );
  const [first, ...others] = systems as [ComparedRow[], ...ComparedRow[][]];
  others.forEach((rows, index) => void assertSameExamples(first, rows, labels[0]!, labels[index + 1]!));
  const comparisons = others.flatMap((rows, index) =>
    config.metrics.map((metric) => compareSystems(first, rows, labels[index + 1]!, metric, config)),
  );
  const table = tableOf(comparisons, labels[0]!);
  await writeFile(context.output('report'), toMarkdown(table));
  context.display('differences', `${toPlainText(table)}\n${first.length} examples`);
  const metrics = { ...Object.assign({}, ...comparisons.map(metricsOf)), n: first.length };
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}

/** A comparison by pairs means nothing where the pairs are not of one example. */
function assertSameExamples(first: readonly ComparedRow[], other: readonly ComparedRow[], a: string, b: string): void {
  if (first.length !== other.length) {
    throw new Failure('samples-mismatch', `${a} has ${first.length} rows, and ${b} has ${other.length}.`);
  }
  const keyOf = ({ row, references }: ComparedRow) => JSON.stringify([row.prompt ?? null, references]);
  const odd = first.findIndex((row, index) => keyOf(row) !== keyOf(other[index]!));
  if (odd < 0) return;
  throw new Failure(
    'samples-mismatch',
    `Row ${odd + 1} of ${a} and of ${b} have not the same prompt and reference.`,
    'Compare responses to the same dataset.',
  );
}

function compareSystems(
  first: readonly ComparedRow[],
  other: readonly ComparedRow[],
  label: string,
  metric: TextMetricName,
  config: EvaluateCompareConfig,
): Comparison {
  const { confidence_level: confidence, bootstrap_resamples: resamples, permutations, power } = config;
  const scored = textMetrics[metric] as TextMetric;
  const before = statisticsOf(scored, first);
  const after = statisticsOf(scored, other);
  const { difference, interval } = pairedBootstrap(before, after, scored.score, { resamples, confidence, seed: 0 });
  const scoreOne = scored.scoreOne ?? scored.score;
  const deviation = standardDeviation(before.map((row, index) => scoreOne(after[index]!) - scoreOne(row)));
  return {
    label,
    metric,
    difference,
    interval,
    pValue: pairedPermutationTest(before, after, scored.score, { permutations, seed: 0 }),
    detectable: deviation > 0 ? minimumDetectableDifference(deviation, first.length, { confidence, power }) : undefined,
  };
}

function tableOf(comparisons: readonly Comparison[], baseline: string): Table {
  return {
    header: [`against ${baseline}`, 'metric', 'difference', 'interval', 'p', 'detectable'],
    rows: comparisons.map(({ label, metric, difference, interval, pValue, detectable }) => [
      label,
      metric,
      formatDifference(difference),
      formatInterval(interval),
      formatNumber(pValue),
      detectable === undefined ? '' : formatNumber(detectable),
    ]),
  };
}

function metricsOf({ label, metric, difference, interval, pValue, detectable }: Comparison): Record<string, number> {
  const name = `${label}.${metric}`;
  return {
    [name]: difference,
    [`${name}_low`]: interval.low,
    [`${name}_high`]: interval.high,
    [`${name}_p_value`]: pValue,
    ...(detectable === undefined ? {} : { [`${name}_minimum_detectable`]: detectable }),
  };
}
