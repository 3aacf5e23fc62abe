/**
 * Learns the pieces of a unigram language model (Kudo 2018, "Subword Regularization", arXiv 1804.10959), step by step as
 * SentencePiece does: many frequent substrings to begin with; then, again and again, expectation maximisation of their
 * probabilities, and removal of those that would be missed least, until the wanted number is left.
 *
 * All sums go over the words in the order of their UTF-16 units, so that the same counts give the same bits.
 */
import { bestPath, buildLattices, expectedCounts, type Lattice, renumber, splitsOf } from './unigram-lattice.js';
import { type Pieces, seedPieces } from './unigram-seed.js';

export interface Piece {
  readonly text: string;
  /** Natural logarithm of its probability. */
  readonly score: number;
}

export interface UnigramOptions {
  /** Most pieces of the result; there are more only where the words have more characters, each of which is one. */
  readonly size: number;
  /** Most code points of a piece. SentencePiece: 16. */
  readonly maxPieceLength: number;
  /** Most substrings to begin with. SentencePiece: 1 000 000. */
  readonly seedSize: number;
}

/** Pieces, and the ways to cut the words into them. */
interface Model {
  readonly pieces: Pieces;
  readonly lattices: readonly Lattice[];
}

/** One removal leaves at least this part of the pieces, so that probabilities can settle in between. */
const shrinkingFactor = 0.75;
const iterationsPerRound = 2;
/** A substring that is expected less often is given up. */
const leastExpected = 0.5;

/**
 * Yields how many pieces are left after each round; returns the pieces, likeliest first. `wordCounts` maps words, of at
 * least one character each, to how often they occur. Where the words have too few substrings there are fewer pieces.
 */
export function* learnPieces(
  wordCounts: ReadonlyMap<string, number>,
  options: UnigramOptions,
): Generator<number, Piece[], void> {
  const { size, maxPieceLength } = options;
  const words = [...wordCounts].sort(([a], [b]) => (a < b ? -1 : 1));
  const seeds = seedPieces(words, options);
  let model: Model = { pieces: seeds, lattices: buildLattices(words, seeds, maxPieceLength) };
  // SentencePiece leaves a tenth more than wanted, and takes the likeliest of these.
  const enough = Math.max(size, Math.floor(size * 1.1));
  for (;;) {
    for (let iteration = 0; iteration < iterationsPerRound; iteration++) model = maximise(model);
    const left = model.pieces.texts.length;
    yield left;
    if (left <= enough) return likeliest(model.pieces, size);
    const most = Math.max(enough, Math.floor(left * shrinkingFactor));
    const kept = leastMissed(model, maxPieceLength, most);
    if (kept.size >= left) return likeliest(model.pieces, size);
    model = keep(model, (id) => kept.has(id));
  }
}

/**
 * One step of expectation maximisation. With ψ, the digamma function, in place of the logarithm, rare pieces lose more
 * than their share, as under a sparse Dirichlet prior.
 */
function maximise(model: Model): Model {
  const counts = expectedCounts(model.lattices, model.pieces.scores);
  const { texts } = model.pieces;
  const isKept = (id: number) => counts[id]! >= leastExpected || isCharacter(texts[id]!);
  const kept = counts.filter((_, id) => isKept(id)).map((count) => Math.max(count, leastExpected));
  const logTotal = digamma(kept.reduce((sum, count) => sum + count, 0));
  const { pieces, lattices } = keep(model, isKept);
  return { pieces: { ...pieces, scores: kept.map((count) => digamma(count) - logTotal) }, lattices };
}

/**
 * The ids of the `most` pieces, and of all characters, whose loss would lower the likelihood of the words most: were a
 * piece removed, its places would be taken by the likeliest way to cut it.
 */
function leastMissed({ pieces, lattices }: Model, maxPieceLength: number, most: number): ReadonlySet<number> {
  const { texts, scores } = pieces;
  const uses = new Float64Array(texts.length);
  /** How many words, counted by their frequency, have the piece on their best path. */
  const words = new Float64Array(texts.length);
  let allWords = 0;
  for (const lattice of lattices) {
    const path = bestPath(lattice, scores).pieces;
    for (const id of path) uses[id]! += lattice.count;
    for (const id of new Set(path)) words[id]! += lattice.count;
    allWords += lattice.count;
  }
  const allUses = uses.reduce((sum, count) => sum + count, 0);
  const kept = new Set<number>();
  const candidates: { readonly id: number; readonly loss: number }[] = [];
  for (const [id, split] of splitsOf(pieces, maxPieceLength).entries()) {
    const count = uses[id]!;
    if (split === 'whole') kept.add(id);
    else if (split !== 'needless' && count > 0) {
      const before = Math.log(count / allUses);
      const logTotalAfter = Math.log(allUses + count * (split.length - 1));
      const after = split.reduce((sum, part) => sum + Math.log(uses[part]! + count) - logTotalAfter, 0);
      candidates.push({ id, loss: (words[id]! / allWords) * (before - after) });
    }
  }
  candidates.sort((a, b) => b.loss - a.loss || a.id - b.id);
  for (const { id } of candidates.slice(0, Math.max(0, most - kept.size))) kept.add(id);
  return kept;
}

function keep({ pieces, lattices }: Model, isKept: (id: number) => boolean): Model {
  const newIds = new Int32Array(pieces.texts.length).fill(-1);
  let next = 0;
  for (let id = 0; id < newIds.length; id++) if (isKept(id)) newIds[id] = next++;
  if (next === newIds.length) return { pieces, lattices };
  return {
    pieces: {
      texts: pieces.texts.filter((_, id) => newIds[id]! >= 0),
      scores: pieces.scores.filter((_, id) => newIds[id]! >= 0),
    },
    lattices: renumber(lattices, newIds),
  };
}

/** Characters go first, whatever their probability: without one of them a word could not be cut at all. */
function likeliest({ texts, scores }: Pieces, size: number): Piece[] {
  const order = (a: Piece, b: Piece) => b.score - a.score || (a.text < b.text ? -1 : 1);
  const pieces = texts.map((text, id): Piece => ({ text, score: scores[id]! })).sort(order);
  const characters = pieces.filter(({ text }) => isCharacter(text));
  const others = pieces.filter(({ text }) => !isCharacter(text));
  return [...characters, ...others.slice(0, Math.max(0, size - characters.length))].sort(order);
}

function isCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && text.codePointAt(0)! > 0xffff);
}

/** ψ(x), the derivative of log Γ, for x > 0: recurrence up to 7, then the asymptotic series. */
export function digamma(x: number): number {
  let result = 0;
  let at = x;
  for (; at < 7; at++) result -= 1 / at;
  at -= 0.5;
  const square = 1 / (at * at);
  const series = square * (1 / 24 - square * (7 / 960 - square * (31 / 8064 - square * (127 / 30720))));
  return result + Math.log(at) + series;
}
