/** The pieces that a unigram model begins with. */

/** A vocabulary in the making: parallel lists. */
export interface Pieces {
  readonly texts: readonly string[];
  /** Natural logarithms of probabilities. */
  readonly scores: Float64Array;
}

interface Limits {
  readonly maxPieceLength: number;
  readonly seedSize: number;
}

/**
 * Every character, and the substrings of words that occur at least twice, those first that cover most: count times
 * length. A substring is looked at only where both of its ends, one character shorter, occur twice themselves.
 */
export function seedPieces(words: readonly (readonly [word: string, count: number])[], limits: Limits): Pieces {
  const characters = new Map<string, number>();
  const spelt = words.map(([word]) => Array.from(word));
  spelt.forEach((letters, index) => {
    for (const letter of letters) characters.set(letter, (characters.get(letter) ?? 0) + words[index]![1]);
  });
  /** By word: the starts of frequent substrings of the length before. */
  let starts = spelt.map((letters) => letters.map((_, start) => start));
  let seeds: (readonly [text: string, weight: number])[] = [];
  for (let length = 2; length <= limits.maxPieceLength; length++) {
    const counts = new Map<string, number>();
    const places = starts.map((known, index) => {
      const places = known.filter((start, i) => known[i + 1] === start + 1);
      for (const start of places) {
        const text = spelt[index]!.slice(start, start + length).join('');
        counts.set(text, (counts.get(text) ?? 0) + words[index]![1]);
      }
      return places;
    });
    for (const [text, count] of counts) {
      if (count < 2) counts.delete(text);
      else seeds.push([text, count * length]);
    }
    if (counts.size === 0) break;
    starts = places.map((places, index) =>
      places.filter((start) => counts.has(spelt[index]!.slice(start, start + length).join(''))),
    );
    if (seeds.length > 2 * limits.seedSize) seeds = heaviest(seeds, limits.seedSize);
  }
  const all = [...byWeight([...characters]), ...heaviest(seeds, limits.seedSize)];
  const logTotal = Math.log(all.reduce((sum, [, weight]) => sum + weight, 0));
  return {
    texts: all.map(([text]) => text),
    scores: Float64Array.from(all, ([, weight]) => Math.log(weight) - logTotal),
  };
}

type Weighted = readonly [text: string, weight: number];

function byWeight(seeds: readonly Weighted[]): Weighted[] {
  return [...seeds].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

function heaviest(seeds: readonly Weighted[], most: number): Weighted[] {
  return byWeight(seeds).slice(0, most);
}
