/**
 * chrF2 (Popović 2015) as sacreBLEU computes it: precision and recall of character n-grams of length 1 to 6, without white
 * space, averaged over the lengths, as an F-score that weighs recall twice. From 0 to 100.
 */
import type { TextMetric } from './metric.js';
import { countNgrams, overlap, total } from './ngrams.js';

const orders = [1, 2, 3, 4, 5, 6] as const;
const beta = 2;

/** Statistics: for each length, n-grams of the text, of the best reference, and those in common. */
export const chrf: TextMetric = {
  statistics(text, references) {
    const ours = charactersOf(text);
    const ofEach = references.map((reference) => compare(ours, charactersOf(reference)));
    return ofEach.reduce((best, other) => (fScore(other) > fScore(best) ? other : best));
  },
  score: fScore,
  better: 'higher',
  signature: 'case:mixed|eff:yes|nc:6|nw:0|space:no',
};

function charactersOf(text: string): string[] {
  return [...text.replace(/\s+/g, '')];
}

function compare(ours: readonly string[], theirs: readonly string[]): number[] {
  return orders.flatMap((n) => {
    const [left, right] = [countNgrams(ours, n), countNgrams(theirs, n)];
    // Nothing can be missed in a reference too short to have any.
    return [right.size === 0 ? 0 : total(left), total(right), overlap(left, right)];
  });
}

function fScore(sums: readonly number[]): number {
  let precision = 0;
  let recall = 0;
  let present = 0;
  for (let at = 0; at < sums.length; at += 3) {
    const [ours, theirs, common] = sums.slice(at, at + 3) as [number, number, number];
    if (ours === 0 || theirs === 0) continue;
    precision += common / ours;
    recall += common / theirs;
    present++;
  }
  if (precision + recall === 0) return 0;
  const [p, r] = [precision / present, recall / present];
  return (100 * (1 + beta ** 2) * p * r) / (beta ** 2 * p + r);
}
