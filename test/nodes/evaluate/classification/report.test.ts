/** Every figure beside that of scikit-learn. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { matthewsCorrelation } from '../../../../nodes/evaluate/classification/confusion-matrix.js';
import { averagePrecision, rocAuc } from '../../../../nodes/evaluate/classification/ranking-curves.js';
import { classificationReport } from '../../../../nodes/evaluate/classification/report.js';

interface Case {
  readonly truth: readonly (number | number[])[];
  readonly probabilities: readonly number[][];
  readonly expected: Readonly<Record<string, number>> & {
    readonly each: readonly number[][];
    readonly confusion?: readonly number[][];
  };
}
const facts = JSON.parse(
  readFileSync('test/nodes/evaluate/classification/fixtures/scikit-learn.json', 'utf8'),
) as Readonly<Record<string, Case>>;

function reportOf({ truth, probabilities }: Case) {
  const several = Array.isArray(truth[0]);
  const labels = probabilities[0]!.map((_, label) => `label ${label}`);
  return classificationReport({
    labels,
    probabilities,
    truth: truth.map((one) => [one].flat()),
    several,
    threshold: 0.5,
  });
}

for (const [name, one] of Object.entries(facts)) {
  t.test(`${name} is measured as scikit-learn does`, (t) => {
    const { metrics, perLabel, confusion } = reportOf(one);
    const { each, confusion: expectedConfusion, ...expected } = one.expected;
    for (const [metric, value] of Object.entries(expected)) {
      const found = metrics[metric === 'matthews' ? 'matthews_correlation' : metric];
      t.ok(Math.abs(found! - value) < 1e-6, `${metric} is ${found}, scikit-learn's ${value}`);
    }
    t.ok(Object.keys(expected).length >= 15);
    for (const [label, scores] of each.entries()) {
      const { precision, recall, f1 } = perLabel[label]!;
      for (const [index, value] of [precision, recall, f1].entries()) {
        t.ok(Math.abs(value - scores[index]!) < 1e-6, `label ${label}`);
      }
    }
    t.same(confusion, expectedConfusion);
    t.equal(metrics.n, one.truth.length);
    t.end();
  });
}

t.test('a label that never occurs has no curve, and does not spoil the others', (t) => {
  const truth = [[0], [1], [0]];
  const probabilities = [
    [0.7, 0.2, 0.1],
    [0.1, 0.8, 0.1],
    [0.3, 0.6, 0.1],
  ];
  const report = classificationReport({
    labels: ['a', 'b', 'c'],
    truth,
    probabilities,
    several: false,
    threshold: 0.5,
  });
  t.same(report.withoutCurves, ['c']);
  t.equal(report.metrics.roc_auc_macro, 1);
  t.ok(Object.values(report.metrics).every(Number.isFinite));
  t.notOk('roc_auc' in report.metrics);
  const one = classificationReport({
    labels: ['a', 'b'],
    truth: [[0]],
    probabilities: [[0.5, 0.5]],
    several: false,
    threshold: 0.5,
  });
  t.notOk('roc_auc_macro' in one.metrics);
  t.equal(one.metrics.matthews_correlation, 0);
  t.ok(Object.values(one.metrics).every(Number.isFinite));
  t.end();
});

t.test('a probability of 0 for the right label costs much, and is finite', (t) => {
  const { metrics } = classificationReport({
    labels: ['a', 'b'],
    truth: [[0], [1]],
    probabilities: [
      [0, 1],
      [0, 1],
    ],
    several: false,
    threshold: 0.5,
  });
  t.ok(metrics.log_loss! > 15 && metrics.log_loss! < 40);
  t.end();
});

const examples = fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), positive: fc.boolean() }), {
  minLength: 2,
  maxLength: 30,
});

t.test('the area under ROC is the chance that a pair is in order', (t) => {
  fc.assert(
    fc.property(examples, (all) => {
      const [positives, negatives] = [true, false].map((side) => all.filter(({ positive }) => positive === side));
      const pairs = positives!.flatMap((a) =>
        negatives!.map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)),
      );
      const mean = pairs.reduce<number>((sum, value) => sum + value, 0) / pairs.length;
      const area = rocAuc(all);
      return pairs.length === 0 ? area === undefined : Math.abs(area! - mean) < 1e-12;
    }),
  );
  t.end();
});

t.test('average precision lies between chance and 1; the order of rows changes nothing', (t) => {
  fc.assert(
    fc.property(examples, (all) => {
      const area = averagePrecision(all);
      const backwards = averagePrecision([...all].reverse());
      return area === undefined ? backwards === undefined : area > 0 && area <= 1 + 1e-12 && area === backwards;
    }),
  );
  t.end();
});

t.test('renaming labels does not change their correlation', (t) => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 }), (m) => {
      const turned = [2, 0, 1].map((i) => [2, 0, 1].map((j) => m[i]![j]!));
      const value = matthewsCorrelation(m);
      return Math.abs(value - matthewsCorrelation(turned)) < 1e-12 && Math.abs(value) <= 1 + 1e-12;
    }),
  );
  t.end();
});
