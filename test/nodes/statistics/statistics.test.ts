/** Expected values are SciPy's (1.17) and NumPy's, or follow from the definition. */
import fc from 'fast-check';
import t from 'tap';
import { bootstrapInterval, pairedBootstrap, quantile } from '../../../nodes/statistics/bootstrap.js';
import { pairedPermutationTest } from '../../../nodes/statistics/permutation.js';
import {
  bootstrapOver,
  interquartileMean,
  mean,
  minimumDetectableDifference,
  normalQuantile,
  standardDeviation,
  wilsonInterval,
} from '../../../nodes/statistics/spread.js';
import { studentInterval, studentQuantile } from '../../../nodes/statistics/student.js';

const near = (a: number, b: number, tolerance = 1e-9): boolean => Math.abs(a - b) <= tolerance;
const twelve = { before: [0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1], after: [1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1] };
const tenTimes = (values: readonly number[]) => Array.from({ length: 10 }, () => values).flat();
const rowsOf = (values: readonly number[]) => tenTimes(values).map((value) => [value, 1]);
const before = rowsOf(twelve.before);
const after = rowsOf(twelve.after);
const ratio = ([sum, count]: readonly number[]) => sum! / count!;
const options = { resamples: 4000, confidence: 0.95, seed: 1 };

t.test('quantiles, means, deviations', async (t) => {
  const values = [0.3, 0.9, 0.5, 0.7, 0.1, 0.65, 0.2, 0.75, 0.55];
  const sorted = [...values].sort();
  t.same(
    [0.025, 0.4, 0.975].map((part) => Number(quantile(sorted, part).toFixed(12))),
    [0.12, 0.51, 0.87],
  );
  t.ok(near(interquartileMean(values), 0.54));
  t.ok(near(standardDeviation(values), 0.2680951323690902));
  t.ok(
    [0.8, 0.975, 0.999, 0.01].every((p, i) =>
      near(normalQuantile(p), [0.8416212335729143, 1.959963984540054, 3.090232306167813, -2.3263478740408408][i]!),
    ),
  );
});

t.test("Wilson's interval", async (t) => {
  const { low, high } = wilsonInterval(7, 20, 0.95);
  t.ok(near(low, 0.1811918241010821) && near(high, 0.5671457233147637));
  const none = wilsonInterval(0, 5, 0.9);
  t.ok(near(none.low, 0) && near(none.high, 0.35111650076510126));
});

t.test('the bootstrap of a difference of means, and of a mean', async (t) => {
  const { difference, interval } = pairedBootstrap(before, after, ratio, options);
  t.ok(near(difference, 1 / 12));
  t.ok(near(interval.low, -0.00833, 0.012) && near(interval.high, 0.175, 0.012), JSON.stringify(interval));
  t.same(pairedBootstrap(before, after, ratio, options).interval, interval, 'the same seed, the same interval');
  const ofMean = bootstrapInterval(before, ratio, options);
  const plain = bootstrapOver(tenTimes(twelve.before), mean, options);
  t.same(ofMean, plain, 'sums and values are drawn alike');
  t.throws(() => pairedBootstrap(before, after.slice(1), ratio, options), RangeError);
});

t.test('the interval holds the truth about as often as it says', async (t) => {
  // 300 samples of 40 coins that fall on heads with probability 0.3, by a fixed generator.
  let state = 1;
  const coin = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 < 0.3 ? 1 : 0;
  };
  let held = 0;
  for (let sample = 0; sample < 300; sample++) {
    const rows = Array.from({ length: 40 }, () => [coin(), 1]);
    const { low, high } = bootstrapInterval(rows, ratio, { resamples: 300, confidence: 0.9, seed: sample });
    if (low <= 0.3 && high >= 0.3) held++;
  }
  t.ok(held / 300 > 0.83 && held / 300 < 0.96, `${held} of 300`);
});

t.test('the permutation test', async (t) => {
  const p = pairedPermutationTest(before, after, ratio, { permutations: 4000, seed: 2 });
  t.ok(near(p, 0.1058, 0.02), `${p}`);
  const same = pairedPermutationTest(before, before, ratio, { permutations: 100, seed: 2 });
  t.equal(same, 1);
  const clear = pairedPermutationTest(
    before.map(() => [0, 1]),
    before.map(() => [1, 1]),
    ratio,
    { permutations: 999, seed: 2 },
  );
  t.equal(clear, 1 / 1000, 'never 0');
});

t.test('the minimum detectable difference falls with the root of the examples', async (t) => {
  const at = (n: number) => minimumDetectableDifference(0.5, n, { confidence: 0.95, power: 0.8 });
  t.ok(near(at(100), 0.05 * (1.959963984540054 + 0.8416212335729143)));
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), (n) => near(at(4 * n), at(n) / 2, 1e-12)));
});

t.test("Student's t", async (t) => {
  const quantiles: readonly (readonly [confidence: number, freedom: number, t: number])[] = [
    [0.95, 1, 12.706204736174694],
    [0.95, 2, 4.302652729749462],
    [0.95, 4, 2.7764451051977934],
    [0.8, 3, 1.637744353696209],
    [0.9, 7, 1.8945786050900062],
    [0.99, 30, 2.7499956535672254],
  ];
  for (const [confidence, freedom, expected] of quantiles) {
    t.ok(near(studentQuantile(confidence, freedom), expected, 1e-8), `${confidence}, ${freedom}`);
  }
  const { low, high } = studentInterval([0.31, 0.35, 0.29, 0.4, 0.33], 0.95);
  t.ok(near(low, 0.2836141385267462) && near(high, 0.3883858614732538), `${low}, ${high}`);
  t.throws(() => studentInterval([1], 0.95), RangeError);
});
