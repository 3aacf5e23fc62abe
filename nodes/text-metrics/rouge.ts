/**
 * ROUGE (Lin 2004) as the package `rouge-score` computes it, without stemming: F1 of n-grams (ROUGE-1, ROUGE-2), of the
 * longest common subsequence (ROUGE-L), and of its union over sentences, one a line (ROUGE-Lsum). From 0 to 1; of several
 * references the best counts.
 */
import { bestOf, meanMetric, type TextMetric } from './metric.js';
import { countNgrams, overlap, total } from './ngrams.js';

/** Lower case; whatever is not an ASCII letter or digit separates words. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

/** F1 from the number of hits and the sizes of both sides. */
function f1(hits: number, textSize: number, referenceSize: number): number {
  return hits === 0 ? 0 : (2 * hits) / (textSize + referenceSize);
}

export function rougeN(n: number): TextMetric {
  const score = (text: string, reference: string): number => {
    const ours = countNgrams(wordsOf(text), n);
    const theirs = countNgrams(wordsOf(reference), n);
    return f1(overlap(ours, theirs), total(ours), total(theirs));
  };
  return meanMetric(bestOf(score));
}

export const rougeL: TextMetric = meanMetric(
  bestOf((text, reference) => {
    const ours = wordsOf(text);
    const theirs = wordsOf(reference);
    return f1(commonSubsequence(theirs, ours).length, ours.length, theirs.length);
  }),
);

export const rougeLsum: TextMetric = meanMetric(
  bestOf((text, reference) => {
    const ours = sentencesOf(text);
    const theirs = sentencesOf(reference);
    const available = countNgrams(ours.flat(), 1);
    const wanted = countNgrams(theirs.flat(), 1);
    let hits = 0;
    for (const sentence of theirs) {
      const places = new Set(ours.flatMap((candidate) => commonSubsequence(sentence, candidate)));
      for (const place of [...places].sort((a, b) => a - b)) {
        const word = sentence[place]!;
        // A word counts at most as often as it occurs on either side.
        if (!available.get(word) || !wanted.get(word)) continue;
        available.set(word, available.get(word)! - 1);
        wanted.set(word, wanted.get(word)! - 1);
        hits++;
      }
    }
    return f1(hits, ours.flat().length, theirs.flat().length);
  }),
);

function sentencesOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(wordsOf);
}

/** Places in `left` of a longest common subsequence; of several, the one that tracing back to the left in `right` first finds. */
function commonSubsequence(left: readonly string[], right: readonly string[]): number[] {
  const columns = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * columns);
  for (let i = 1; i <= left.length; i++) {
    for (let j = 1; j <= right.length; j++) {
      lengths[i * columns + j] =
        left[i - 1] === right[j - 1]
          ? lengths[(i - 1) * columns + j - 1]! + 1
          : Math.max(lengths[(i - 1) * columns + j]!, lengths[i * columns + j - 1]!);
    }
  }
  const places: number[] = [];
  let i = left.length;
  let j = right.length;
  while (i > 0 && j > 0) {
    if (left[i - 1] === right[j - 1]) {
      places.push(--i);
      j--;
    } else if (lengths[i * columns + j - 1]! > lengths[(i - 1) * columns + j]!) j--;
    else i--;
  }
  return places.reverse();
}
