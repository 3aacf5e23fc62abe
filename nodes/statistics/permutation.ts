/** A paired permutation test, also called approximate randomisation (Noreen 1989). */
import { createRandom } from '../tensor/random.js';
import { join, type Rows, type Score } from './bootstrap.js';

/**
 * How likely a difference at least as large, in either direction, comes about when it is chance which of the two systems gave
 * which row of a pair. At least 1 / (permutations + 1), since the order at hand is one of them (Phipson & Smyth 2010).
 */
export function pairedPermutationTest(
  before: Rows,
  after: Rows,
  score: Score,
  { permutations, seed }: { readonly permutations: number; readonly seed: number | bigint },
): number {
  const pairs = join(before, after);
  const width = before[0]!.length;
  const differenceOf = (isSwapped: (index: number) => boolean): number => {
    const sums = [new Array<number>(width).fill(0), new Array<number>(width).fill(0)] as const;
    for (const [index, pair] of pairs.entries()) {
      const swap = isSwapped(index) ? 1 : 0;
      for (let column = 0; column < width; column++) {
        sums[swap]![column]! += pair[column]!;
        sums[1 - swap]![column]! += pair[width + column]!;
      }
    }
    return Math.abs(score(sums[1]) - score(sums[0]));
  };
  const observed = differenceOf(() => false);
  // Rounding must not make an equal difference a smaller one.
  const threshold = observed - 1e-12 * Math.max(1, observed);
  let asLarge = 1;
  for (let permutation = 0; permutation < permutations; permutation++) {
    const random = createRandom(seed, 'permutation', permutation);
    if (differenceOf((index) => random.uniform(index) < 0.5) >= threshold) asLarge++;
  }
  return asLarge / (permutations + 1);
}
