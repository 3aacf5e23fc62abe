import fc from 'fast-check';
import t from 'tap';
import { distinct, repetition, wordCount } from '../../../nodes/text-metrics/diversity.js';
import { editDistance, editSimilarity } from '../../../nodes/text-metrics/edit-distance.js';
import { passAtK } from '../../../nodes/text-metrics/pass-at-k.js';

t.test('edit distance', async (t) => {
  t.equal(editDistance([...'kitten'], [...'sitting']), 3);
  t.equal(editDistance([], [...'abc']), 3);
  const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(texts, texts, texts, (a, b, c) => {
      t.equal(editDistance(a, b), editDistance(b, a));
      return editDistance(a, c) <= editDistance(a, b) + editDistance(b, c) && editDistance(a, a) === 0;
    }),
    { numRuns: 200 },
  );
  const similarity = (text: string, ...references: string[]) =>
    editSimilarity.score(editSimilarity.statistics(text, references));
  t.equal(similarity('abcd', 'abxd', 'zzzz'), 0.75);
  t.equal(similarity('', ''), 1);
  t.equal(similarity('😀', '😁'), 0, 'characters, not UTF-16 units');
});

t.test('diversity', async (t) => {
  t.equal(distinct(['a b a', 'a b'], 1), 2 / 5);
  t.equal(distinct(['a b a', 'a b'], 2), 2 / 3);
  t.equal(distinct([''], 2), 0);
  t.equal(repetition('a b a b', 2), 1 - 2 / 3);
  t.equal(repetition('a', 2), 0);
  t.equal(wordCount('  two  words '), 2);
});

t.test('pass@k is one minus the chance that k drawn samples all fail', async (t) => {
  t.equal(passAtK(5, 0, 2), 0);
  t.equal(passAtK(5, 4, 2), 1);
  t.ok(Math.abs(passAtK(5, 2, 1) - 0.4) < 1e-12);
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
  t.ok(Math.abs(passAtK(10, 3, 4) - (1 - choose(7, 4) / choose(10, 4))) < 1e-12);
});
