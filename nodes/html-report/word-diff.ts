/** Which words of a text are not in another, by a longest common subsequence. */

export interface Piece {
  readonly text: string;
  readonly differs: boolean;
}

/** Beyond this, comparing takes longer than a reader would look. */
const mostWords = 2000;

/** The words of `text` and the white space between them, in order; adjoining pieces of one sort are joined. */
export function diffWords(text: string, other: string): Piece[] {
  const words = text.match(/\s+|[^\s]+/g) ?? [];
  const theirs = other.match(/[^\s]+/g) ?? [];
  const ours = words.filter((word) => word.trim() !== '');
  if (ours.length > mostWords || theirs.length > mostWords) return [{ text, differs: false }];
  const common = commonWords(ours, theirs);
  let index = 0;
  const pieces: Piece[] = [];
  for (const word of words) {
    const isSpace = word.trim() === '';
    const differs = isSpace
      ? (pieces.at(-1)?.differs ?? false) && index < ours.length && !common.has(index)
      : !common.has(index++);
    const last = pieces.at(-1);
    if (last?.differs === differs) pieces[pieces.length - 1] = { text: last.text + word, differs };
    else pieces.push({ text: word, differs });
  }
  return pieces;
}

/** Places in `left` of a longest common subsequence. */
function commonWords(left: readonly string[], right: readonly string[]): ReadonlySet<number> {
  const columns = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * columns);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * columns + j] =
        left[i] === right[j]
          ? lengths[(i + 1) * columns + j + 1]! + 1
          : Math.max(lengths[(i + 1) * columns + j]!, lengths[i * columns + j + 1]!);
    }
  }
  const places = new Set<number>();
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) {
      places.add(i++);
      j++;
    } else if (lengths[(i + 1) * columns + j]! >= lengths[i * columns + j + 1]!) i++;
    else j++;
  }
  return places;
}
