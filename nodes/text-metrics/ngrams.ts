/** Multisets of n-grams. */

export type Counts = ReadonlyMap<string, number>;

/** Joins the parts of an n-gram: no tokeniser leaves one in a token. */
const separator = '\u0000';

/** How often each sequence of `n` tokens occurs. */
export function countNgrams(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= tokens.length; start++) {
    const ngram = tokens.slice(start, start + n).join(separator);
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

export function total(counts: Counts): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

/** The size of the intersection of two multisets. */
export function overlap(left: Counts, right: Counts): number {
  let sum = 0;
  for (const [ngram, count] of left) sum += Math.min(count, right.get(ngram) ?? 0);
  return sum;
}

/** The larger count of each n-gram. */
export function unionOf(counts: readonly Counts[]): Map<string, number> {
  const union = new Map<string, number>();
  for (const one of counts) {
    for (const [ngram, count] of one) union.set(ngram, Math.max(count, union.get(ngram) ?? 0));
  }
  return union;
}
