/**
 * Learns the merges of a byte-pair encoding (Sennrich, Haddow & Birch 2016): again and again, the pair of neighbouring
 * symbols that occurs most often becomes a symbol of its own. Ties go to the pair with the smaller ids, left before
 * right, so that the merges depend on how often each word occurs and on nothing else.
 *
 * The npm build of `tokenizers` trains too, but takes neither a vocabulary size nor a minimum frequency; its merges are
 * the oracle of the tests.
 */
import { Heap } from './heap.js';

export interface Merge {
  readonly left: string;
  readonly right: string;
  /** How often the pair occurred when it was merged. */
  readonly count: number;
  /** Whether the merged symbol is new: `a`+`bc` and `ab`+`c` give the same one. */
  readonly fresh: boolean;
}

/** A word of the training data: its symbols' ids, shrinking as pairs merge, and how often it occurs. */
interface Word {
  symbols: number[];
  readonly count: number;
}

interface Candidate {
  readonly left: number;
  readonly right: number;
  readonly count: number;
  /** Indices of the words that may hold the pair. */
  readonly words: ReadonlySet<number>;
}

/** A larger vocabulary than this would make two pairs share a key. */
const maxSymbols = 2 ** 26;
const pairKey = (left: number, right: number): number => left * maxSymbols + right;

const before = (a: Candidate, b: Candidate): boolean =>
  a.count !== b.count ? a.count > b.count : a.left !== b.left ? a.left < b.left : a.right < b.right;

/** How words are spelt in symbols. */
export interface Spelling {
  split(word: string): string[];
  /** The symbol that two neighbours become. */
  join(left: string, right: string): string;
}

const byCharacter: Spelling = { split: (word) => Array.from(word), join: (left, right) => left + right };

/**
 * Yields merges in the order learned, without end but for the data's: the caller stops when it has enough.
 * `wordCounts` maps words, spelt in symbols of `alphabet`, to how often they occur; the place of a symbol in `alphabet`
 * is its id in the order that breaks ties.
 */
export function* learnMerges(
  wordCounts: ReadonlyMap<string, number>,
  alphabet: readonly string[],
  minFrequency: number,
  spelling: Spelling = byCharacter,
): Generator<Merge, void, void> {
  const symbols = [...alphabet];
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  const words = [...wordCounts].map(
    ([text, count]): Word => ({ symbols: spelling.split(text).map((symbol) => idOf.get(symbol)!), count }),
  );
  const counts = new Map<number, number>();
  const queue = new Heap(before);
  const changed = new PairChanges(counts);
  words.forEach((word, index) => {
    for (let i = 0; i + 1 < word.symbols.length; i++) {
      changed.add(word.symbols[i]!, word.symbols[i + 1]!, word.count, index);
    }
  });
  changed.flush(queue);

  for (let top = queue.pop(); top; top = queue.pop()) {
    const { left, right } = top;
    const count = counts.get(pairKey(left, right)) ?? 0;
    if (count !== top.count) {
      // Earlier merges took some of its occurrences; it goes back to where it belongs now.
      if (count > 0) queue.push({ ...top, count });
      continue;
    }
    if (count < Math.max(1, minFrequency)) return;
    const merged = spelling.join(symbols[left]!, symbols[right]!);
    const known = idOf.get(merged);
    const id = known ?? symbols.length;
    if (known === undefined) {
      symbols.push(merged);
      idOf.set(merged, id);
    }
    for (const index of top.words) mergeInWord(words[index]!, index, left, right, id, changed);
    changed.flush(queue);
    yield { left: symbols[left]!, right: symbols[right]!, count, fresh: known === undefined };
  }
}

/** Replaces each `left, right` of a word, from its start, and notes which neighbouring pairs come and go. */
function mergeInWord(word: Word, index: number, left: number, right: number, id: number, changed: PairChanges): void {
  const { symbols, count } = word;
  const result: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] !== left || symbols[i + 1] !== right) {
      result.push(symbols[i]!);
      continue;
    }
    const previous = result.at(-1);
    const next = symbols[i + 2];
    if (previous !== undefined) {
      changed.add(previous, left, -count, index);
      changed.add(previous, id, count, index);
    }
    if (next !== undefined) {
      changed.add(right, next, -count, index);
      changed.add(id, next, count, index);
    }
    result.push(id);
    i++;
  }
  word.symbols = result;
}

/** Keeps the counts of pairs, and gathers the pairs that one round brought about until they enter the queue. */
class PairChanges {
  readonly #counts: Map<number, number>;
  readonly #pending = new Map<number, { left: number; right: number; words: Set<number> }>();

  constructor(counts: Map<number, number>) {
    this.#counts = counts;
  }

  add(left: number, right: number, change: number, word: number): void {
    const key = pairKey(left, right);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + change);
    if (change < 0) return;
    const pending = this.#pending.get(key);
    if (pending) pending.words.add(word);
    else this.#pending.set(key, { left, right, words: new Set([word]) });
  }

  flush(queue: Heap<Candidate>): void {
    for (const [key, { left, right, words }] of this.#pending) {
      const count = this.#counts.get(key) ?? 0;
      if (count > 0) queue.push({ left, right, count, words });
    }
    this.#pending.clear();
  }
}
