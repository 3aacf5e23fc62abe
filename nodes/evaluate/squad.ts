/**
 * How SQuAD compares short answers (Rajpurkar et al. 2016): both texts in lower case, without ASCII punctuation, without
 * the articles a, an and the, and with single spaces between words.
 */

export function normalizeAnswer(text: string): string {
  const bare = text.toLowerCase().replace(/[!-/:-@[-`{-~]/g, '');
  const words = bare.replace(/(?<![\p{L}\p{N}_])(a|an|the)(?![\p{L}\p{N}_])/gu, ' ').split(/\s+/);
  return words.filter((word) => word !== '').join(' ');
}

/** 1 where the normalised texts are equal, else 0. */
export function exactMatch(response: string, reference: string): 0 | 1 {
  return normalizeAnswer(response) === normalizeAnswer(reference) ? 1 : 0;
}

/**
 * Harmonic mean of precision and recall over the words of the normalised texts, as multisets: 0 to 1. Where a text has
 * no words, 1 if the other has none either, else 0.
 */
export function tokenF1(response: string, reference: string): number {
  const given = wordsOf(response);
  const wanted = wordsOf(reference);
  if (given.length === 0 || wanted.length === 0) return given.length === wanted.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common++;
  }
  return (2 * common) / (given.length + wanted.length);
}

function wordsOf(text: string): string[] {
  const normal = normalizeAnswer(text);
  return normal === '' ? [] : normal.split(' ');
}
