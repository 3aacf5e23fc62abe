/** Counts rows of one artifact that say what rows of others say, for `findLeaks`. */
import { createHash } from 'node:crypto';
import { readRows } from '../data/jsonl.js';
import { textsOf } from '../data/row-types.js';
import type { CountShared } from './leaks.js';

/** `pathOf` gives the file of an output; `undefined` where the store has it no longer. */
export function sharedRowCounter(pathOf: (output: string) => string | undefined): CountShared {
  const known = new Map<string, Promise<string[]>>();
  const keysOf = (path: string) => {
    const keys = known.get(path) ?? readKeys(path);
    known.set(path, keys);
    return keys;
  };
  return async (tested, learned) => {
    const [own, ...others] = [tested, ...learned].map(pathOf);
    const there = others.filter((path) => path !== undefined);
    if (own === undefined || there.length === 0) return undefined;
    const seen = new Set((await Promise.all(there.map(keysOf))).flat());
    const keys = await keysOf(own);
    return { shared: keys.filter((key) => seen.has(key)).length, rows: keys.length };
  };
}

/** Equal for rows whose texts are the same but for case and white space; of a row without texts, what the whole row is. */
async function readKeys(path: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { row } of readRows(path)) {
    const texts = [...textsOf(row)];
    const said = texts.length > 0 ? texts.map((text) => text.replace(/\s+/gu, ' ').trim().toLowerCase()) : [row];
    keys.push(createHash('sha256').update(JSON.stringify(said)).digest().toString('latin1'));
  }
  return keys;
}
