import fc from 'fast-check';
import t from 'tap';
import { diffWords } from '../../../nodes/html-report/word-diff.js';

t.test('words that the other has not are marked, with the space between them', async (t) => {
  t.same(diffWords('the big red fox', 'the fox'), [
    { text: 'the ', differs: false },
    { text: 'big red', differs: true },
    { text: ' fox', differs: false },
  ]);
  t.same(diffWords('same text', 'same  text'), [{ text: 'same text', differs: false }]);
  t.same(diffWords('', 'x'), []);
});

t.test('the pieces make up the text, and what is the same is a part of the other', async () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ' ', '\n'), { maxLength: 30 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, (one, other) => {
      const pieces = diffWords(one, other);
      const common = pieces.filter(({ differs }) => !differs).map((piece) => piece.text);
      const words = common
        .join(' ')
        .split(/\s+/)
        .filter((word) => word !== '');
      const theirs = other.split(/\s+/);
      let at = 0;
      for (const word of words) {
        at = theirs.indexOf(word, at) + 1;
        if (at === 0) return false;
      }
      return pieces.map((piece) => piece.text).join('') === one;
    }),
  );
});
