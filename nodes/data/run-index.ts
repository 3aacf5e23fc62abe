/** Finds runs of words that were seen in another text. */
import { hashText, mix } from './shingles.js';

/** Where a run of words was seen. */
export interface RunPlace {
  readonly dataset: number;
  readonly row: number;
}

export interface RunIndex {
  /** Remembers every run of `ngram` words, or all words where there are fewer. A run belongs to the first who has it. */
  add(words: readonly string[], place: RunPlace): void;
  /** The first run of these words that is known. */
  find(words: readonly string[]): (RunPlace & { readonly words: readonly string[] }) | undefined;
  /** How many runs are known. */
  size(): number;
}

/** Runs are known by hashes of 53 bits: at a million runs, one in 10^10 strange ones would be taken for known. */
export function createRunIndex(ngram: number): RunIndex {
  const runs = new Map<number, RunPlace>();
  const lengths = new Set<number>();
  return {
    add(words, place) {
      const length = Math.min(ngram, words.length);
      if (length === 0) return;
      lengths.add(length);
      for (const key of keysOf(words.map(hashText), length)) if (!runs.has(key)) runs.set(key, place);
    },
    find(words) {
      const hashes = words.map(hashText);
      for (const length of lengths) {
        let start = 0;
        for (const key of keysOf(hashes, length)) {
          const place = runs.get(key);
          if (place) return { ...place, words: words.slice(start, start + length) };
          start++;
        }
      }
      return undefined;
    },
    size: () => runs.size,
  };
}

function* keysOf(hashes: readonly number[], length: number): Generator<number, void, void> {
  for (let start = 0; start + length <= hashes.length; start++) {
    let low = length;
    let high = ~length;
    for (let offset = start; offset < start + length; offset++) {
      low = mix(Math.imul(low, 31) ^ hashes[offset]!);
      high = mix(Math.imul(high, 37) + hashes[offset]!);
    }
    yield (high >>> 11) * 2 ** 32 + low;
  }
}
