import fc from 'fast-check';
import t from 'tap';
import { bestOf, bestOfNKlBound, meanBestOfFirst } from '../../../nodes/sample/best-of-n.js';

/** KL(best of n ‖ π) when responses with the probabilities `p` have the scores 0, 1, …, all different. */
function exactKl(p: readonly number[], n: number): number {
  let below = 0;
  let divergence = 0;
  for (const probability of p) {
    const best = (below + probability) ** n - below ** n;
    below += probability;
    if (best > 0) divergence += best * Math.log(best / probability);
  }
  return divergence;
}

t.test('the bound of the KL divergence holds, and is reached where no response is likely', async (t) => {
  t.equal(bestOfNKlBound(1), 0);
  const many = new Array<number>(20_000).fill(1 / 20_000);
  for (const n of [2, 4, 16]) t.ok(Math.abs(exactKl(many, n) - bestOfNKlBound(n)) < 1e-3, `n = ${n}`);
  const weights = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 64 }), (weights, n) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const probabilities = weights.map((weight) => weight / total);
      return exactKl(probabilities, n) <= bestOfNKlBound(n) + 1e-9;
    }),
  );
});

t.test('the best is the first of the highest', async (t) => {
  t.equal(bestOf([1, 3, 2, 3]), 1);
  t.equal(bestOf([Number.NEGATIVE_INFINITY, -5]), 1);
  t.equal(bestOf([0]), 0);
});

t.test('what fewer responses would have given', async (t) => {
  const means = meanBestOfFirst([
    [1, 0, 5],
    [2, 3, 3],
  ]);
  t.same(means, [1.5, 2, 4]);
  t.same(meanBestOfFirst([]), []);
});
