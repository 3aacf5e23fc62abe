/** The rows that were seen, and whether a new one is like one of them. */
import { createHash } from 'node:crypto';
import { type Comparison, comparedText, comparisonKey } from './compared-text.js';
import type { NumberedRow } from './jsonl.js';
import { createLshIndex } from './lsh-index.js';
import { chooseBands, createSigner } from './minhash.js';
import { jaccard, type ShingleOptions, shingle } from './shingles.js';

/** The row that a new one is like. */
export interface Match {
  /** Which dataset it is from: 0 for the one that is cleaned, else the number of an `against`. */
  readonly source: number;
  readonly number: number;
  /** Absent where the rows are the same. */
  readonly similarity?: number;
}

export interface NearOptions extends ShingleOptions {
  readonly threshold: number;
  readonly num_perm: number;
}

export interface SeenRows {
  /** What the row is like; `undefined` for a new one, which is then remembered. */
  add(row: NumberedRow, name: string, source: number): Match | undefined;
  /** How often rows were too many to be compared with all that share a band with them. */
  overflows(): number;
}

export function createSeenRows(comparison: Comparison & { readonly minhash: NearOptions | null }): SeenRows {
  const exact = new Map<string, number>();
  const near = comparison.minhash === null ? undefined : createNearIndex(comparison.minhash);
  return {
    add(numbered, name, source) {
      const key = createHash('sha256')
        .update(comparisonKey(numbered, name, comparison))
        .digest()
        .toString('latin1');
      const same = exact.get(key);
      if (same !== undefined) return placeOf(same);
      const place = source * sourceUnit + numbered.number;
      const match = near?.add(comparedText(numbered, name, comparison), place);
      if (match !== undefined) return match;
      exact.set(key, place);
      return undefined;
    },
    overflows: () => near?.overflows() ?? 0,
  };
}

/** A place is one number, source and row together: an object for each row would take several times the memory. */
const sourceUnit = 2 ** 40;

function placeOf(place: number): { readonly source: number; readonly number: number } {
  return { source: Math.floor(place / sourceUnit), number: place % sourceUnit };
}

interface NearIndex {
  add(text: string, place: number): Match | undefined;
  overflows(): number;
}

/** A candidate too many is found out and costs a little time; one that is missed stays missed. */
const missWeight = 0.9;

/** Candidates that share a band are verified by the true similarity of their shingles, so no row goes by chance. */
function createNearIndex(options: NearOptions): NearIndex {
  const sign = createSigner(options.num_perm);
  const index = createLshIndex(chooseBands(options.threshold, options.num_perm, missWeight));
  const sets = createSetStore();
  const places: number[] = [];
  return {
    add(text, place) {
      const set = shingle(text, options);
      const signature = sign(set);
      for (const candidate of index.candidates(signature)) {
        const similarity = jaccard(set, sets.get(candidate));
        if (similarity >= options.threshold) return { ...placeOf(places[candidate]!), similarity };
      }
      index.add(signature);
      sets.add(set);
      places.push(place);
      return undefined;
    },
    overflows: index.overflows,
  };
}

/** Many small sets in a few large arrays. */
function createSetStore(): { add(set: Uint32Array): void; get(index: number): Uint32Array } {
  const chunkLength = 2 ** 20;
  const sets: { readonly chunk: Uint32Array; readonly start: number; readonly end: number }[] = [];
  let chunk = new Uint32Array(chunkLength);
  let used = 0;
  return {
    add(set) {
      if (used + set.length > chunk.length) {
        chunk = new Uint32Array(Math.max(chunkLength, set.length));
        used = 0;
      }
      chunk.set(set, used);
      sets.push({ chunk, start: used, end: used + set.length });
      used += set.length;
    },
    get(index) {
      const { chunk: within, start, end } = sets[index]!;
      return within.subarray(start, end);
    },
  };
}
