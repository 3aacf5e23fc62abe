import t from 'tap';
import { classificationIntervals } from '../../../../nodes/evaluate/classification/intervals.js';
import { type Classified, classificationReport } from '../../../../nodes/evaluate/classification/report.js';
import { createRandom } from '../../../../nodes/tensor/random.js';

const random = createRandom(3, 'test');
const options = { resamples: 400, confidence: 0.95, seed: 0 };
/** Three labels of which the right one is likeliest in most examples. */
const probabilities = Array.from({ length: 60 }, (_, row) => {
  const parts = [0, 1, 2].map((label) => random.uniform(3 * row + label) + (label === row % 3 ? 0.5 : 0));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
});
const one: Classified = {
  ...{ labels: ['a', 'b', 'c'], probabilities, several: false, threshold: 0.5 },
  truth: probabilities.map((_, row) => [row % 3]),
};
const several: Classified = {
  ...one,
  several: true,
  threshold: 0.4,
  truth: one.truth.map(([label]) => (label === 0 ? [] : [0, label!])),
};

for (const [name, classified] of Object.entries({ one, several })) {
  t.test(`${name}: each interval holds its metric, and narrows with more examples`, async (t) => {
    const { metrics, predicted } = classificationReport(classified);
    const intervals = classificationIntervals(classified, predicted, options);
    const found = Object.keys(intervals)
      .filter((key) => key.endsWith('_low'))
      .map((key) => key.slice(0, -4));
    const without = /^(roc_auc|pr_auc|ece|n$)/;
    t.same(
      [...found].sort(),
      Object.keys(metrics)
        .filter((key) => !without.test(key))
        .sort(),
    );
    const four = Array.from({ length: 4 });
    const more = {
      ...classified,
      truth: four.flatMap(() => classified.truth),
      probabilities: four.flatMap(() => classified.probabilities),
    };
    const narrow = classificationIntervals(
      more,
      four.flatMap(() => predicted),
      options,
    );
    for (const metric of found) {
      const [low, high] = [intervals[`${metric}_low`]!, intervals[`${metric}_high`]!];
      t.ok(low < metrics[metric]! && metrics[metric]! < high, `${metric}: ${low} < ${metrics[metric]} < ${high}`);
      const ratio = (narrow[`${metric}_high`]! - narrow[`${metric}_low`]!) / (high - low);
      t.ok(ratio > 0.35 && ratio < 0.65, `half as wide with four times as many: ${metric} ${ratio}`);
    }
  });
}

t.test('a resample is measured as its examples would be', async (t) => {
  const drawn = createRandom(0, 'bootstrap', 0);
  const rows = one.truth.map((_, draw) => Math.floor(drawn.uniform(draw) * one.truth.length));
  for (const classified of [one, several]) {
    const { predicted } = classificationReport(classified);
    const found = classificationIntervals(classified, predicted, { ...options, resamples: 1 });
    const truth = rows.map((row) => classified.truth[row]!);
    const { metrics } = classificationReport({
      ...classified,
      truth,
      probabilities: rows.map((row) => probabilities[row]!),
    });
    for (const [name, value] of Object.entries(found)) {
      const wanted = metrics[name.replace(/_(low|high)$/, '')]!;
      t.ok(Math.abs(value - wanted) < 1e-12, `${name}: ${value}, ${wanted}`);
    }
  }
});

t.test('no resamples, no intervals; all right, nothing to vary', async (t) => {
  const { predicted } = classificationReport(one);
  t.same(classificationIntervals(one, predicted, { ...options, resamples: 0 }), {});
  const right = {
    ...one,
    probabilities: one.truth.map(([label]) => [0, 1, 2].map((each) => (each === label ? 1 : 0))),
  };
  const found = classificationIntervals(right, right.truth, { ...options, resamples: 50 });
  t.match(found, { accuracy_low: 1, accuracy_high: 1, f1_micro_low: 1, log_loss_high: 0, brier_high: 0 });
});
