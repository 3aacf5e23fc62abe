/** The choice of what a split holds out: pure, and a function of the seed and the set of units alone. */
import { Failure } from '../../engine/failure.js';
import { createRandom } from '../tensor/random.js';

/** How many of `total` units an `amount` stands for: a fraction below 1, or a count. Both sides get at least one. */
export function countHeldOut(total: number, amount: number, units: string): number {
  if (total < 2) throw new Failure('split-impossible', `A split needs at least 2 ${units}; there are ${total}.`);
  if (amount < 1) return Math.min(total - 1, Math.max(1, Math.round(total * amount)));
  if (amount < total) return amount;
  const message = `To hold out ${amount} of ${total} ${units} would leave none to train on.`;
  throw new Failure('split-impossible', message, 'Give a smaller `validation`.');
}

/** Indices below `total`, `count` of them, by the seed; every choice is equally likely. */
export function chooseIndices(total: number, count: number, seed: number | bigint): ReadonlySet<number> {
  return new Set(createRandom(seed, 'data.split').permutation(total).subarray(0, count));
}

/** Chooses among distinct keys; the order in which they are given does not matter. */
export function chooseKeys(keys: Iterable<string>, amount: number, seed: number | bigint): ReadonlySet<string> {
  const sorted = [...keys].sort(compareCodePoints);
  const chosen = chooseIndices(sorted.length, countHeldOut(sorted.length, amount, 'groups'), seed);
  return new Set(sorted.filter((_, index) => chosen.has(index)));
}

/** The order of UTF-8 bytes, which no locale changes. */
function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
