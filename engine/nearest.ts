/** The word that a person probably meant. */

/**
 * Damerau–Levenshtein distance (optimal string alignment): the fewest insertions, deletions, substitutions and swaps of
 * neighbours that turn `a` into `b`. Returns `limit + 1` as soon as the distance must exceed `limit`.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforeLast[j - 2]! + 1);
      }
      row.push(distance);
      smallest = Math.min(smallest, distance);
    }
    if (smallest > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/**
 * The candidate nearest to `word`, or `undefined` when none is near enough to be what was meant: about one slip in
 * three letters, case, and `-` for `_` being free. The first of equals wins.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  // A word this long is no slip of the pen, and the distance is quadratic.
  if (word.length > 100) return undefined;
  const wanted = fold(word);
  let best: string | undefined;
  let limit = Math.max(1, Math.floor(wanted.length / 3));
  for (const candidate of candidates) {
    const distance = editDistance(wanted, fold(candidate), limit);
    if (distance <= limit) {
      best = candidate;
      if (distance === 0) break;
      limit = distance - 1;
    }
  }
  return best;
}

/** `Did you mean …?`, or what there is when nothing is near, or `undefined` when there is nothing. */
export function suggest(word: string, candidates: Iterable<string>, what: string): string | undefined {
  const all = [...candidates];
  const near = nearest(word, all);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  if (all.length === 0) return undefined;
  const shown = all.slice(0, 12).map((item) => `\`${item}\``);
  return `${what}: ${shown.join(', ')}${all.length > shown.length ? `, and ${all.length - shown.length} more` : ''}.`;
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}
