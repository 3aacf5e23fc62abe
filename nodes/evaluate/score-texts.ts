/** Texts against references, by the metrics that are asked for, with intervals. */
import type { TextMetricName } from '../../schemas/kinds/text-metrics.js';
import { bootstrapInterval } from '../statistics/bootstrap.js';
import { sumOfRows, type TextMetric } from '../text-metrics/metric.js';
import { textMetrics } from './text-metrics.js';

export interface ComparedText {
  readonly text: string;
  /** One or more. */
  readonly references: readonly string[];
}

export interface ScoreOptions {
  readonly metrics: readonly TextMetricName[];
  readonly confidence_level: number;
  readonly bootstrap_resamples: number;
}

export interface Scores {
  /** Score of all texts under the metric's name; the ends of its interval under `<name>_low` and `<name>_high`; `n`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What each text scores alone. */
  readonly ofEach: readonly Readonly<Record<string, number>>[];
}

/** The same examples are drawn for every metric and every model, by a fixed seed. `texts` must not be empty. */
export function scoreTexts(texts: readonly ComparedText[], options: ScoreOptions): Scores {
  const metrics: Record<string, number> = {};
  const ofEach: Record<string, number>[] = texts.map(() => ({}));
  for (const name of options.metrics) {
    const metric = textMetrics[name];
    if ('whole' in metric) {
      metrics[name] = metric.whole(texts.map(({ text }) => text));
      continue;
    }
    const rows = statisticsOf(metric, texts);
    rows.forEach((row, index) => {
      ofEach[index]![name] = (metric.scoreOne ?? metric.score)(row);
    });
    Object.assign(metrics, withInterval(name, rows, metric.score, options));
  }
  return { metrics: { ...metrics, n: texts.length }, ofEach };
}

export function statisticsOf(metric: TextMetric, texts: readonly ComparedText[]): (readonly number[])[] {
  return texts.map(({ text, references }) => metric.statistics(text, references));
}

/** A score of the sums of `rows`, and the ends of its bootstrap interval. */
export function withInterval(
  name: string,
  rows: readonly (readonly number[])[],
  score: (sums: readonly number[]) => number,
  { confidence_level: confidence, bootstrap_resamples: resamples }: Omit<ScoreOptions, 'metrics'>,
): Record<string, number> {
  const value = score(sumOfRows(rows));
  if (resamples === 0) return { [name]: value };
  const { low, high } = bootstrapInterval(rows, score, { resamples, confidence, seed: 0 });
  return { [name]: value, [`${name}_low`]: low, [`${name}_high`]: high };
}

/** The mean of what each example scores, and the ends of its bootstrap interval. */
export function withMeanInterval(
  name: string,
  scores: readonly number[],
  options: Omit<ScoreOptions, 'metrics'>,
): Record<string, number> {
  return withInterval(
    name,
    scores.map((score) => [score, 1]),
    ([sum, count]) => sum! / count!,
    options,
  );
}

/** How the metrics were computed, one a line, for those that come in many variants. */
export function signaturesOf(names: readonly TextMetricName[], references: number): string {
  return names
    .flatMap((name) => {
      const metric = textMetrics[name];
      return 'signature' in metric && metric.signature ? [`${name}: nrefs:${references}|${metric.signature}`] : [];
    })
    .join('\n');
}
