import type { Rows, Score } from './bootstrap.js';

/**
 * Sums and counts of the values under each key, for a bootstrap that draws whole keys: several responses to one prompt are alike, and
 * drawn one by one they would pass for more examples than they are.
 */
export function sumsByKey(values: Iterable<readonly [key: string, value: number]>): Rows {
  const sums = new Map<string, [number, number]>();
  for (const [key, value] of values) {
    const [sum, count] = sums.get(key) ?? [0, 0];
    sums.set(key, [sum + value, count + 1]);
  }
  return [...sums.values()];
}

/** The mean of all values, from `sumsByKey`. */
export const meanOfSums: Score = ([sum, count]) => sum! / count!;
