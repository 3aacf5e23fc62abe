/** The characters of words, for vocabularies that begin with those of their data. */
import { Failure } from '../../engine/failure.js';

/** The most frequent characters, in the order of their code points. */
export function alphabetOf(words: ReadonlyMap<string, number>, limit: number | null): string[] {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  }
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || a.codePointAt(0)! - b.codePointAt(0)!)
    .slice(0, limit ?? counts.size)
    .map(([character]) => character)
    .sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
}

/** Throws where the vocabulary cannot even hold its characters. */
export function assertRoom(size: number, least: number): void {
  if (size >= least) return;
  throw new Failure(
    'alphabet-too-large',
    `vocab_size is ${size}, and the characters of the data with the special tokens are ${least} already.`,
    'Raise vocab_size, or leave rare characters out with limit_alphabet.',
  );
}
