/** How varied texts are, without any reference. */
import { countNgrams, total } from './ngrams.js';

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Distinct-n (Li et al. 2016): different n-grams of words ÷ all n-grams, over all texts together; 0 where there are none. */
export function distinct(texts: readonly string[], n: number): number {
  const seen = new Set<string>();
  let all = 0;
  for (const text of texts) {
    const counts = countNgrams(wordsOf(text), n);
    for (const ngram of counts.keys()) seen.add(ngram);
    all += total(counts);
  }
  return all === 0 ? 0 : seen.size / all;
}

/** The part of a text's n-grams that repeat an earlier one (seq-rep-n of Welleck et al. 2020); 0 for a text without any. */
export function repetition(text: string, n: number): number {
  const counts = countNgrams(wordsOf(text), n);
  const all = total(counts);
  return all === 0 ? 0 : 1 - counts.size / all;
}

export function wordCount(text: string): number {
  return wordsOf(text).length;
}
