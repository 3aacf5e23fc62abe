import fc from 'fast-check';
import t from 'tap';
import { editDistance, nearest, suggest } from '../../../engine/nearest.js';

t.test('counts insertions, deletions, substitutions and swaps of neighbours', async (t) => {
  t.equal(editDistance('', 'abc'), 3);
  t.equal(editDistance('kitten', 'sitting'), 3);
  t.equal(editDistance('epochs', 'epcohs'), 1);
  t.equal(editDistance('abc', 'abc'), 0);
  t.equal(editDistance('abcdef', 'uvwxyz', 2), 3, 'stops above the limit');
});

t.test('is symmetric, and zero for equal words alone', async () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      return distance === editDistance(b, a) && (distance === 0) === (a === b);
    }),
  );
});

t.test('finds the word that was meant', async (t) => {
  const words = ['epochs', 'learning_rate', 'seed', 'lr'];
  t.equal(nearest('epoch', words), 'epochs');
  t.equal(nearest('learning-rate', words), 'learning_rate');
  t.equal(nearest('Learning_Rate', words), 'learning_rate');
  t.equal(nearest('sede', words), 'seed');
  t.equal(nearest('momentum', words), undefined);
  t.equal(nearest('x', []), undefined);
  t.equal(nearest('x'.repeat(1_000_000), ['y'.repeat(1_000_000)]), undefined, 'in no time');
});

t.test('shows what there is when nothing is near', async (t) => {
  t.equal(suggest('epoch', ['epochs'], 'Keys'), 'Did you mean `epochs`?');
  t.equal(suggest('foo', ['seed', 'rate'], 'Keys'), 'Keys: `seed`, `rate`.');
  t.equal(suggest('foo', [], 'Keys'), undefined);
  const many = Array.from({ length: 14 }, (_, index) => `candidate_${index}`);
  t.match(suggest('foo', many, 'Keys'), /`candidate_11`, and 2 more\.$/);
});
