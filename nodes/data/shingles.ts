/** The shingles of a text: its n-grams of words or characters, as a set (Broder, 1997). */

export interface ShingleOptions {
  readonly ngram: number;
  readonly unit: 'word' | 'character';
}

const wordPattern = /[\p{L}\p{M}\p{N}]+/gu;

/** Runs of letters and digits. Punctuation is no word. */
export function wordsOf(text: string): string[] {
  return text.match(wordPattern) ?? [];
}

/** 32-bit hashes of a text's shingles, ascending, each once. A text shorter than a shingle is one of its own. */
export function shingle(text: string, { ngram, unit }: ShingleOptions): Uint32Array {
  const words = unit === 'word' ? wordsOf(text) : [...text];
  const units = Uint32Array.from(words.length === 0 ? [text] : words, hashText);
  const length = Math.min(ngram, units.length);
  const hashes = new Uint32Array(units.length - length + 1);
  for (let start = 0; start < hashes.length; start++) {
    let hash = length;
    for (let offset = 0; offset < length; offset++) hash = mix(Math.imul(hash, 31) ^ units[start + offset]!);
    hashes[start] = hash;
  }
  return distinct(hashes.sort());
}

/** |a ∩ b| / |a ∪ b| of two ascending sets. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const difference = a[i]! - b[j]!;
    if (difference === 0) shared++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return shared / (a.length + b.length - shared);
}

/** FNV-1a over UTF-16 units, mixed. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash);
}

/** The finaliser of MurmurHash3: every bit of the input changes about half of those of the output, one to one. */
export function mix(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function distinct(sorted: Uint32Array): Uint32Array {
  let length = 0;
  for (let index = 0; index < sorted.length; index++) {
    if (index === 0 || sorted[index] !== sorted[index - 1]) sorted[length++] = sorted[index]!;
  }
  return sorted.slice(0, length);
}
