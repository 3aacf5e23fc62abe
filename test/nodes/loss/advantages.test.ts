import fc from 'fast-check';
import t from 'tap';
import {
  groupAdvantages,
  leaveOneOut,
  meanOf,
  normalised,
  standardDeviation,
  whitened,
} from '../../../nodes/loss/advantages.js';
import { k1, k3 } from '../../../nodes/loss/kl.js';
import { adaptedKlCoefficient } from '../../../nodes/loss/kl-controller.js';

const close = (a: number, b: number) => Math.abs(a - b) < 1e-9;
const rewards = Float64Array.of(1, 2, 3, 6, 0, 0, 0, 4);

t.test('group advantages', (t) => {
  const group = groupAdvantages(rewards, 4, 'group');
  // The first group has mean 3 and deviation √(14/3), the second mean 1 and deviation 2.
  t.ok(close(group[3]!, 3 / (Math.sqrt(14 / 3) + 1e-4)));
  t.ok(close(group[4]!, -1 / (2 + 1e-4)));
  t.same([...groupAdvantages(rewards, 4, 'none')], [-2, -1, 0, 3, -1, -1, -1, 3]);
  const batch = groupAdvantages(rewards, 4, 'batch');
  t.ok(close(batch[3]!, 3 / (standardDeviation(rewards) + 1e-4)));
  t.same([...groupAdvantages(Float64Array.of(2, 2, 2), 3, 'group')], [0, 0, 0], 'nothing to learn, and no NaN');
  t.end();
});

t.test('leave-one-out', (t) => {
  t.same(
    [...leaveOneOut(rewards, 4)].map((value) => Math.round(value * 1e6) / 1e6),
    [
      ...[1 - 11 / 3, 2 - 10 / 3, 0, 4].map((value) => Math.round(value * 1e6) / 1e6),
      ...[-4 / 3, -4 / 3, -4 / 3, 4].map((value) => Math.round(value * 1e6) / 1e6),
    ],
  );
  const few = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 2, maxLength: 9 });
  fc.assert(
    fc.property(few, (values) => {
      // G / (G − 1) times what is over the mean.
      const all = Float64Array.from(values);
      const scale = values.length / (values.length - 1);
      return leaveOneOut(all, values.length).every((a, i) => Math.abs(a - scale * (all[i]! - meanOf(all))) < 1e-9);
    }),
  );
  t.end();
});

t.test('whitening gives deviation 1, and takes the mean off or not', (t) => {
  const centred = whitened(rewards, { centred: true });
  t.ok(close(meanOf(centred), 0) && Math.abs(standardDeviation(centred) - 1) < 1e-8);
  const kept = whitened(rewards, { centred: false });
  t.ok(close(meanOf(kept), meanOf(rewards)) && Math.abs(standardDeviation(kept) - 1) < 1e-8);
  t.ok(whitened(Float64Array.of(3), { centred: true }).every(Number.isFinite));
  t.ok(Math.abs(standardDeviation(normalised(rewards)) - 1) < 1e-3);
  t.end();
});

t.test('estimates of the divergence', (t) => {
  t.equal(k1(-1, -1), 0);
  t.equal(k3(-1, -1), 0);
  t.equal(k1(-1, -3), 2);
  t.ok(close(k3(-1, -3), Math.exp(-2) - 1 + 2));
  const logProb = fc.double({ min: -20, max: 0, noNaN: true });
  fc.assert(fc.property(logProb, logProb, (a, b) => k3(a, b) >= 0));
  // In the mean over the policy's own tokens, both are the divergence.
  const [p, q] = [
    [0.2, 0.5, 0.3],
    [0.6, 0.3, 0.1],
  ].map((list) => list.map(Math.log)) as [number[], number[]];
  const expected = (estimate: typeof k1) => p.reduce((sum, a, i) => sum + Math.exp(a) * estimate(a, q[i]!), 0);
  t.ok(close(expected(k1), expected(k3)));
  t.end();
});

t.test('the coefficient of the divergence follows its target', (t) => {
  const options = { target: 6, horizon: 10_000 };
  t.equal(adaptedKlCoefficient(0.15, 6, 64, options), 0.15);
  t.ok(close(adaptedKlCoefficient(0.15, 6.6, 64, options), 0.15 * (1 + (0.1 * 64) / 10_000)));
  t.ok(close(adaptedKlCoefficient(0.15, 600, 64, options), 0.15 * (1 + (0.2 * 64) / 10_000)), 'and not too fast');
  t.ok(close(adaptedKlCoefficient(0.15, -5, 64, options), 0.15 * (1 - (0.2 * 64) / 10_000)));
  t.end();
});
