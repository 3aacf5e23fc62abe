/**
 * TER (Snover et al. 2006) as sacreBLEU computes it after Tercom: the number of edits that turn a text into its
 * reference, where moving a run of words counts as one, in percent of the reference's words. The moves are found by
 * Tercom's heuristics, whose limits and order of preference are part of the definition.
 */
import { type Alignment, alignWords } from './beam-alignment.js';
import type { TextMetric } from './metric.js';

const longestShift = 10;
const farthestShift = 50;
const mostCandidates = 1000;

/** Statistics: edits to the reference that takes the fewest, and the mean length of the references. */
export const ter: TextMetric = {
  statistics(text, references) {
    const words = wordsOf(text);
    const theirs = references.map(wordsOf);
    const edits = Math.min(...theirs.map((reference) => editsTo(words, reference)));
    return [edits, theirs.reduce((sum, { length }) => sum + length, 0) / theirs.length];
  },
  score: ([edits, length]) => {
    if (length! > 0) return (100 * edits!) / length!;
    return edits! > 0 ? 100 : 0;
  },
  better: 'lower',
  signature: 'case:lc|tok:tercom|norm:no|punct:yes|asian:no',
};

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Moves words for as long as that lessens the edits, then counts what is left. */
function editsTo(text: readonly string[], reference: readonly string[]): number {
  if (reference.length === 0) return text.length;
  let words = text;
  let shifts = 0;
  for (let tried = 0; ; ) {
    const alignment = alignWords(words, reference);
    const { best, candidates } = bestShift(words, reference, alignment);
    tried += candidates;
    if (tried >= mostCandidates || !best || best.gain <= 0) return shifts + alignment.distance;
    words = best.words;
    shifts++;
  }
}

interface Shift {
  /** Edits saved. */
  readonly gain: number;
  readonly length: number;
  readonly from: number;
  readonly to: number;
  readonly words: readonly string[];
}

function bestShift(words: readonly string[], reference: readonly string[], alignment: Alignment) {
  const places = placesOf(alignment);
  let best: Shift | undefined;
  let candidates = 0;
  for (const { from, at, length } of commonRuns(words, reference)) {
    const textIsRight = !places.textErrors.slice(from, from + length).some(Boolean);
    const referenceIsMet = !places.referenceErrors.slice(at, at + length).some(Boolean);
    const target = places.aligned[at]!;
    if (textIsRight || referenceIsMet || (target >= from && target < from + length)) continue;
    let previous = -1;
    for (let offset = -1; offset < length; offset++) {
      const to = at + offset === -1 ? 0 : places.aligned[at + offset]! + 1;
      if (to === previous) continue;
      previous = to;
      const moved = move(words, from, length, to);
      const gain = alignment.distance - alignWords(moved, reference).distance;
      const shift = { gain, length, from, to, words: moved };
      candidates++;
      if (!best || isBetter(shift, best)) best = shift;
    }
    if (candidates >= mostCandidates) break;
  }
  return { best, candidates };
}

/** More gain, then more words, then an earlier start, then an earlier target; what is equal in all may take its place. */
function isBetter(a: Shift, b: Shift): boolean {
  return (a.gain - b.gain || a.length - b.length || b.from - a.from || b.to - a.to) > 0;
}

/** Where each side is wrong, and for each place of the reference, the place of the text that it is aligned with. */
function placesOf({ edits }: Alignment) {
  const aligned: number[] = [];
  const textErrors: boolean[] = [];
  const referenceErrors: boolean[] = [];
  for (const edit of edits) {
    if (edit !== 'insert') textErrors.push(edit !== 'keep');
    if (edit === 'delete') continue;
    aligned.push(textErrors.length - 1);
    referenceErrors.push(edit !== 'keep');
  }
  return { aligned, textErrors, referenceErrors };
}

/** All runs of words that both have, not too far from one another. */
function* commonRuns(words: readonly string[], reference: readonly string[]) {
  for (let from = 0; from < words.length; from++) {
    for (let at = 0; at < reference.length; at++) {
      if (Math.abs(at - from) > farthestShift) continue;
      const most = Math.min(longestShift, words.length - from, reference.length - at);
      for (let length = 1; length <= most && words[from + length - 1] === reference[at + length - 1]; length++) {
        yield { from, at, length };
      }
    }
  }
}

/** The run of words from `from` put before the place `to`; a place within the run, or behind it, counts from its start. */
function move(words: readonly string[], from: number, length: number, to: number): string[] {
  const run = words.slice(from, from + length);
  const rest = [...words.slice(0, from), ...words.slice(from + length)];
  const place = to < from ? to : to > from + length ? to - length : to;
  return [...rest.slice(0, place), ...run, ...rest.slice(place)];
}
