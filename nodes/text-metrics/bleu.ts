/**
 * BLEU (Papineni et al. 2002) as sacreBLEU (Post 2018) computes it: precisions of 1- to 4-grams over the corpus, their
 * geometric mean, and a penalty for being too short. Orders without a match are smoothed exponentially. From 0 to 100.
 */
import type { TextMetric } from './metric.js';
import { countNgrams, overlap, total, unionOf } from './ngrams.js';
import { tokenize13a } from './tokenize-13a.js';

const orders = [1, 2, 3, 4] as const;

/** Statistics: matches of each order, n-grams of each order, length of the text, length of the closest reference. */
export const bleu: TextMetric = {
  statistics(text, references) {
    const ours = tokenize13a(text);
    const theirs = references.map(tokenize13a);
    const counts = orders.map((n) => countNgrams(ours, n));
    const matches = orders.map((n, index) =>
      overlap(counts[index]!, unionOf(theirs.map((tokens) => countNgrams(tokens, n)))),
    );
    return [...matches, ...counts.map(total), ours.length, closestLength(ours.length, theirs)];
  },
  score: (sums) => bleuOf(sums, orders.length),
  scoreOne: (statistics) => {
    // A short text has no n-grams of the higher orders, which are then left out of the mean.
    const totals = statistics.slice(orders.length, 2 * orders.length);
    return bleuOf(statistics, totals.filter((count) => count > 0).length);
  },
  better: 'higher',
  signature: 'case:mixed|eff:no|tok:13a|smooth:exp',
};

/** Of two that are as close, the shorter. */
function closestLength(length: number, references: readonly (readonly string[])[]): number {
  return references
    .map((tokens) => tokens.length)
    .reduce((best, other) => {
      const [distance, bestDistance] = [Math.abs(other - length), Math.abs(best - length)];
      return distance < bestDistance || (distance === bestDistance && other < best) ? other : best;
    });
}

function bleuOf(sums: readonly number[], effectiveOrders: number): number {
  const matches = sums.slice(0, orders.length);
  const totals = sums.slice(orders.length, 2 * orders.length);
  const [length, referenceLength] = sums.slice(-2) as [number, number];
  if (matches.every((count) => count === 0)) return 0;
  let smoothing = 1;
  let logSum = 0;
  for (let index = 0; index < effectiveOrders; index++) {
    if (totals[index] === 0) return 0;
    if (matches[index] === 0) smoothing *= 2;
    const precision = matches[index] === 0 ? 1 / (smoothing * totals[index]!) : matches[index]! / totals[index]!;
    logSum += Math.log(precision);
  }
  const brevityPenalty = length < referenceLength ? Math.exp(1 - referenceLength / length) : 1;
  return 100 * brevityPenalty * Math.exp(logSum / effectiveOrders);
}
