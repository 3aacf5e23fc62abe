/**
 * All the ways in which words may be cut into the pieces of a unigram model. A word's lattice is the list of the pieces
 * that stand in it: `start, end, piece` of each, in the order of their starts, so that one pass from the left sees every
 * way to a place before the ways on from it. Places count code points.
 */
import type { Pieces } from './unigram-seed.js';

export interface Lattice {
  readonly length: number;
  /** How often the word occurs. */
  readonly count: number;
  readonly edges: Int32Array;
}

export function buildLattices(
  words: readonly (readonly [word: string, count: number])[],
  { texts }: Pieces,
  maxPieceLength: number,
): Lattice[] {
  const idOf = new Map(texts.map((text, id) => [text, id]));
  return words.map(([word, count]) => ({ ...latticeOf(Array.from(word), idOf, maxPieceLength), count }));
}

function latticeOf(letters: readonly string[], idOf: ReadonlyMap<string, number>, maxPieceLength: number) {
  const edges: number[] = [];
  for (let start = 0; start < letters.length; start++) {
    let text = '';
    for (let end = start + 1; end <= Math.min(letters.length, start + maxPieceLength); end++) {
      text += letters[end - 1];
      const id = idOf.get(text);
      if (id !== undefined) edges.push(start, end, id);
    }
  }
  return { length: letters.length, edges: Int32Array.from(edges) };
}

/** The lattices once only some pieces are left; `newIds` maps an old id to its new one, or to −1. */
export function renumber(lattices: readonly Lattice[], newIds: Int32Array): Lattice[] {
  return lattices.map((lattice) => {
    const { edges } = lattice;
    const kept = new Int32Array(edges.length);
    let size = 0;
    for (let edge = 0; edge < edges.length; edge += 3) {
      const id = newIds[edges[edge + 2]!]!;
      if (id < 0) continue;
      kept[size++] = edges[edge]!;
      kept[size++] = edges[edge + 1]!;
      kept[size++] = id;
    }
    return { ...lattice, edges: kept.slice(0, size) };
  });
}

/** log(eᵃ + eᵇ). */
function logAdd(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

/** The E step: how often each piece is expected over all ways to cut all words, by the forward–backward algorithm. */
export function expectedCounts(lattices: readonly Lattice[], scores: Float64Array): Float64Array {
  const expected = new Float64Array(scores.length);
  for (const { length, count, edges } of lattices) {
    const forward = new Float64Array(length + 1).fill(Number.NEGATIVE_INFINITY);
    const backward = new Float64Array(length + 1).fill(Number.NEGATIVE_INFINITY);
    forward[0] = 0;
    backward[length] = 0;
    for (let edge = 0; edge < edges.length; edge += 3) {
      const end = edges[edge + 1]!;
      forward[end] = logAdd(forward[end]!, forward[edges[edge]!]! + scores[edges[edge + 2]!]!);
    }
    for (let edge = edges.length - 3; edge >= 0; edge -= 3) {
      const start = edges[edge]!;
      backward[start] = logAdd(backward[start]!, backward[edges[edge + 1]!]! + scores[edges[edge + 2]!]!);
    }
    for (let edge = 0; edge < edges.length; edge += 3) {
      const id = edges[edge + 2]!;
      const log = forward[edges[edge]!]! + scores[id]! + backward[edges[edge + 1]!]! - forward[length]!;
      expected[id]! += count * Math.exp(log);
    }
  }
  return expected;
}

/** The pieces of the likeliest way to cut, from the end to the start, and its log-probability (Viterbi). */
export function bestPath({ length, edges }: Pick<Lattice, 'length' | 'edges'>, scores: Float64Array) {
  const best = new Float64Array(length + 1).fill(Number.NEGATIVE_INFINITY);
  const by = new Int32Array(length + 1).fill(-1);
  best[0] = 0;
  for (let edge = 0; edge < edges.length; edge += 3) {
    const score = best[edges[edge]!]! + scores[edges[edge + 2]!]!;
    const end = edges[edge + 1]!;
    if (score <= best[end]!) continue;
    best[end] = score;
    by[end] = edge;
  }
  const pieces: number[] = [];
  for (let at = length; at > 0 && by[at]! >= 0; at = edges[by[at]!]!) pieces.push(edges[by[at]! + 2]!);
  return { pieces, score: best[length]! };
}

/**
 * The likeliest way to cut each piece into others. `whole`: a character, which cannot be cut; `needless`: cut up it is
 * likelier than itself, so that no best path holds it.
 */
export function splitsOf(
  { texts, scores }: Pieces,
  maxPieceLength: number,
): (readonly number[] | 'whole' | 'needless')[] {
  const idOf = new Map(texts.map((text, id) => [text, id]));
  return texts.map((text, id) => {
    const { length, edges } = latticeOf(Array.from(text), idOf, maxPieceLength);
    if (length === 1) return 'whole';
    const others = edges.filter((_, index) => edges[index - (index % 3) + 2] !== id);
    const { pieces, score } = bestPath({ length, edges: others }, scores);
    return score > scores[id]! ? 'needless' : pieces;
  });
}
