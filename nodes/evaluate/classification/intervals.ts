/**
 * Bootstrap intervals of what is a function of counts and sums: decisions and losses. Areas under curves and the calibration error are
 * left out: the former would sort all examples anew for each resample, and the latter is biased by drawing again. Pure.
 */
import { type BootstrapOptions, percentiles } from '../../statistics/bootstrap.js';
import { createRandom } from '../../tensor/random.js';
import { confusionMatrix, matthewsCorrelation } from './confusion-matrix.js';
import { averageScores, type LabelCounts } from './precision-recall.js';
import { brierScore, logLoss, multiLabelBrierScore } from './proper-scores.js';
import type { Classified } from './report.js';

/** What is summed up over examples. */
interface Sums {
  readonly right: Float64Array;
  /** `[example, label]`: 1 for a label that was given rightly, wrongly, or was missed. */
  readonly outcomes: readonly (readonly LabelOutcome[])[];
  readonly losses: Readonly<Record<string, Float64Array>>;
}

interface LabelOutcome {
  readonly label: number;
  readonly count: keyof LabelCounts;
}

/** `<metric>_low` and `<metric>_high` under the names of `classificationReport`. */
export function classificationIntervals(
  classified: Classified,
  predicted: readonly (readonly number[])[],
  { resamples, confidence, seed }: BootstrapOptions,
): Record<string, number> {
  if (resamples === 0) return {};
  const sums = sumsOf(classified, predicted);
  const drawn = new Map<string, Float64Array>();
  const n = classified.truth.length;
  for (let resample = 0; resample < resamples; resample++) {
    const random = createRandom(seed, 'bootstrap', resample);
    const counts = new Uint32Array(n);
    for (let draw = 0; draw < n; draw++) counts[Math.floor(random.uniform(draw) * n)]!++;
    for (const [name, value] of Object.entries(metricsOf(classified, predicted, sums, counts))) {
      const values = drawn.get(name) ?? new Float64Array(resamples);
      drawn.set(name, values);
      values[resample] = value;
    }
  }
  return Object.fromEntries(
    [...drawn].flatMap(([name, values]) => {
      const { low, high } = percentiles(values, confidence);
      return [[`${name}_low`, low] as const, [`${name}_high`, high] as const];
    }),
  );
}

/** `counts[i]`: how often example i was drawn. */
function metricsOf(
  { labels, truth, several }: Classified,
  predicted: readonly (readonly number[])[],
  { right, outcomes, losses }: Sums,
  counts: Uint32Array,
): Record<string, number> {
  const mean = (values: Float64Array) =>
    values.reduce((sum, value, index) => sum + value * counts[index]!, 0) / truth.length;
  const perLabel = labels.map(() => ({ truePositives: 0, falsePositives: 0, falseNegatives: 0 }));
  const confusion = confusionMatrix([], [], labels.length) as number[][];
  for (const [index, times] of counts.entries()) {
    if (times === 0) continue;
    for (const { label, count } of outcomes[index]!) perLabel[label]![count] += times;
    if (!several) confusion[truth[index]![0]!]![predicted[index]![0]!]! += times;
  }
  const averaged = averageScores(perLabel);
  const averages = (['micro', 'macro', 'weighted'] as const).flatMap((average) =>
    (['precision', 'recall', 'f1'] as const).map((name) => [`${name}_${average}`, averaged[average][name]] as const),
  );
  return {
    accuracy: mean(right),
    ...Object.fromEntries(averages),
    ...(several ? {} : { matthews_correlation: matthewsCorrelation(confusion) }),
    ...Object.fromEntries(Object.entries(losses).map(([name, values]) => [name, mean(values)])),
  };
}

function sumsOf(
  { labels, truth, probabilities, several }: Classified,
  predicted: readonly (readonly number[])[],
): Sums {
  const outcomes = truth.map((wanted, index) => {
    const given = predicted[index]!;
    return [
      ...given.map((label) => ({ label, count: wanted.includes(label) ? 'truePositives' : 'falsePositives' }) as const),
      ...wanted.filter((label) => !given.includes(label)).map((label) => ({ label, count: 'falseNegatives' }) as const),
    ];
  });
  const ofEach = (score: (index: number) => number) => Float64Array.from(truth, (_, index) => score(index));
  const wrong = (index: number) => outcomes[index]!.filter(({ count }) => count !== 'truePositives').length;
  return {
    right: ofEach((index) => (wrong(index) === 0 ? 1 : 0)),
    outcomes,
    losses: several
      ? {
          hamming_loss: ofEach((index) => wrong(index) / labels.length),
          brier: ofEach((index) => multiLabelBrierScore([probabilities[index]!], [truth[index]!])),
        }
      : {
          log_loss: ofEach((index) => logLoss([probabilities[index]!], truth[index]!)),
          brier: ofEach((index) => brierScore([probabilities[index]!], truth[index]!)),
        },
  };
}
