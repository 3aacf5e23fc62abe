import fc from 'fast-check';
import t from 'tap';
import { digamma, learnPieces, type Piece } from '../../../nodes/tokenizer/unigram.js';
import { bestPath, buildLattices, expectedCounts } from '../../../nodes/tokenizer/unigram-lattice.js';
import { seedPieces } from '../../../nodes/tokenizer/unigram-seed.js';

const limits = { maxPieceLength: 4, seedSize: 1000 };

function learn(words: Readonly<Record<string, number>>, size: number): Piece[] {
  const learning = learnPieces(new Map(Object.entries(words)), { ...limits, size });
  for (let step = learning.next(); ; step = learning.next()) if (step.done) return step.value;
}

/** Every way to cut a word into pieces. */
function cuts(word: string, pieces: readonly string[]): string[][] {
  if (word === '') return [[]];
  return pieces
    .filter((piece) => word.startsWith(piece))
    .flatMap((piece) => cuts(word.slice(piece.length), pieces).map((rest) => [piece, ...rest]));
}

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(a));

t.test('expectations and best paths are those of a sum over all ways to cut', async (t) => {
  const words = fc.dictionary(fc.stringMatching(/^[abc]{1,7}$/), fc.integer({ min: 1, max: 5 }), { minKeys: 1 });
  const property = fc.property(words, (counts) => {
    const entries = Object.entries(counts);
    const { texts, scores } = seedPieces(entries, limits);
    const lattices = buildLattices(entries, { texts, scores }, limits.maxPieceLength);
    const expected = new Float64Array(texts.length);
    for (const [index, [word, count]] of entries.entries()) {
      const ways = cuts(word, texts).map((way) => {
        const ids = way.map((piece) => texts.indexOf(piece));
        return { ids, score: ids.reduce((sum, id) => sum + scores[id]!, 0) };
      });
      const total = ways.reduce((sum, { score }) => sum + Math.exp(score), 0);
      for (const { ids, score } of ways) for (const id of ids) expected[id]! += (count * Math.exp(score)) / total;
      const best = bestPath(lattices[index]!, scores);
      t.ok(near(best.score, Math.max(...ways.map(({ score }) => score))), word);
      t.equal(
        best.pieces
          .map((id) => texts[id])
          .reverse()
          .join(''),
        word,
      );
    }
    const found = expectedCounts(lattices, scores);
    for (const [id, count] of found.entries()) t.ok(near(count, expected[id]!), texts[id]!);
  });
  fc.assert(property, { numRuns: 50 });
});

t.test('seeds: all characters, and substrings that occur twice, by what they cover', async (t) => {
  const { texts } = seedPieces(
    [
      ['abab', 1],
      ['😀x', 1],
    ],
    limits,
  );
  t.same([...texts].sort(), ['a', 'ab', 'b', 'x', '😀']);
  const weighted = seedPieces([['abc', 3]], limits);
  t.same(weighted.texts, ['a', 'b', 'c', 'abc', 'ab', 'bc']);
  t.same(seedPieces([['abc', 3]], { ...limits, seedSize: 1 }).texts, ['a', 'b', 'c', 'abc']);
});

t.test('the pieces that matter are kept, and the size is', async (t) => {
  const words = { lowest: 9, lower: 8, newest: 9, newer: 7, wide: 3, wider: 4, widest: 2 };
  const pieces = learn(words, 14);
  t.equal(pieces.length, 14);
  const texts = pieces.map(({ text }) => text);
  for (const letter of 'lowestrnid') t.ok(texts.includes(letter), letter);
  for (const piece of ['low', 'new', 'est', 'er']) t.ok(texts.includes(piece), `${piece} of ${texts}`);
  t.ok(pieces.every(({ score }, index) => score < 0 && (index === 0 || score <= pieces[index - 1]!.score)));
  t.same(learn(Object.fromEntries(Object.entries(words).reverse()), 14), pieces, 'in whatever order the words come');
  t.equal(learn(words, 2).length, 10, 'characters stay');
  t.ok(learn({ ab: 1 }, 50).length === 2, 'there is no more to be had');
});

t.test('ψ', async (t) => {
  // Abramowitz & Stegun 6.3.2 and 6.3.3.
  t.ok(Math.abs(digamma(1) + 0.5772156649015329) < 1e-8);
  t.ok(Math.abs(digamma(0.5) + 1.9635100260214235) < 1e-8);
  t.ok(Math.abs(digamma(100) - 4.600161852738087) < 1e-12);
});
