import fc from 'fast-check';
import t from 'tap';
import { createLshIndex } from '../../../nodes/data/lsh-index.js';
import { candidateChance, chooseBands, createSigner } from '../../../nodes/data/minhash.js';
import { jaccard, mix, shingle, wordsOf } from '../../../nodes/data/shingles.js';

t.test('equal places of signatures estimate the Jaccard similarity', (t) => {
  const sign = createSigner(1024);
  const range = (from: number, to: number): Uint32Array =>
    Uint32Array.from({ length: to - from }, (_, i) => mix(from + i)).sort();
  for (const shift of [0, 10, 30, 50, 80, 100]) {
    const [a, b] = [range(0, 100), range(shift, 100 + shift)];
    const exact = (100 - shift) / (100 + shift);
    t.equal(jaccard(a, b), exact);
    const [x, y] = [sign(a), sign(b)];
    const estimate = x.filter((value, place) => value === y[place]).length / 1024;
    // The standard deviation is at most 0.016.
    t.ok(Math.abs(estimate - exact) < 0.06, `${shift}: ${estimate} for ${exact}`);
  }
  t.end();
});

t.test('jaccard is that of sets', async () => {
  const set = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1 });
  const property = fc.property(set, set, (a, b) => {
    const shared = a.filter((value) => b.includes(value)).length;
    const found = jaccard(Uint32Array.from(a).sort(), Uint32Array.from(b).sort());
    return found === shared / new Set([...a, ...b]).size;
  });
  fc.assert(property);
});

t.test('the bands that datasketch chooses', (t) => {
  const chosen = [0.5, 0.7, 0.8, 0.9].map((threshold) => chooseBands(threshold, 128, 0.5));
  t.same(
    chosen.map(({ bands, width }) => [bands, width]),
    [
      [25, 5],
      [14, 9],
      [9, 13],
      [5, 25],
    ],
  );
  for (const threshold of [0.5, 0.8]) {
    const chance = candidateChance(threshold + 0.03, chooseBands(threshold, 128, 0.9));
    t.ok(chance > 0.9, `${chance}`);
  }
  t.end();
});

t.test('shingles are n-grams, each once; a short text is one', (t) => {
  const count = (text: string, ngram: number, unit: 'word' | 'character'): number =>
    shingle(text, { ngram, unit }).length;
  t.equal(count('a b c d', 2, 'word'), 3);
  t.equal(count('a b a b a', 2, 'word'), 2);
  t.equal(count('a b', 5, 'word'), 1);
  t.equal(count('', 5, 'word'), 1);
  t.equal(count('abcd', 2, 'character'), 3);
  t.equal(count('😀😀😀', 1, 'character'), 1);
  t.same(shingle('Hi, you!', { ngram: 2, unit: 'word' }), shingle('Hi you', { ngram: 2, unit: 'word' }));
  t.not(jaccard(shingle('?', { ngram: 2, unit: 'word' }), shingle('!', { ngram: 2, unit: 'word' })), 1);
  t.same(wordsOf('Il fait 20 °C, à l’été.'), ['Il', 'fait', '20', 'C', 'à', 'l', 'été']);
  t.end();
});

t.test('a full bucket takes no more, and says so', (t) => {
  const index = createLshIndex({ bands: 2, width: 1 }, 3);
  for (let set = 0; set < 5; set++) index.add(Uint32Array.of(7, set));
  t.same([...index.candidates(Uint32Array.of(7, 4))].sort(), [0, 1, 2, 4]);
  t.same([...index.candidates(Uint32Array.of(8, 9))], []);
  t.equal(index.overflows(), 2);
  t.end();
});
