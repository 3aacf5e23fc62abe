/** Levenshtein distance, and one way to get from a sequence to the other. */
import { bestOf, meanMetric, type TextMetric } from './metric.js';

/** The least number of insertions, deletions and substitutions. */
export function editDistance(left: readonly string[], right: readonly string[]): number {
  let row = Uint32Array.from({ length: right.length + 1 }, (_, j) => j);
  for (const [i, item] of left.entries()) {
    const next = new Uint32Array(right.length + 1);
    next[0] = i + 1;
    for (let j = 1; j <= right.length; j++) {
      const substituted = row[j - 1]! + (item === right[j - 1] ? 0 : 1);
      next[j] = Math.min(substituted, row[j]! + 1, next[j - 1]! + 1);
    }
    row = next;
  }
  return row[right.length]!;
}

/** 1 − edit distance in characters ÷ length of the longer text: 0 to 1; of several references the best counts. */
export const editSimilarity: TextMetric = meanMetric(
  bestOf((text, reference) => {
    const [left, right] = [[...text], [...reference]];
    const longer = Math.max(left.length, right.length);
    return longer === 0 ? 1 : 1 - editDistance(left, right) / longer;
  }),
);
