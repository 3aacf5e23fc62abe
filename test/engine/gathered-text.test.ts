import t from 'tap';
import { gatherText } from '../../engine/gathered-text.js';

t.test('pieces come out in order, together, and none is lost', async (t) => {
  const written: string[] = [];
  const text = gatherText((piece) => written.push(piece));
  text.flush();
  t.same(written, [], 'nothing is nothing');
  text.add('a');
  text.add('b');
  t.same(written, []);
  await new Promise((resolve) => setImmediate(resolve));
  t.same(written, ['ab'], 'at the latest when the event loop comes round');
  text.add('c');
  text.flush();
  t.same(written, ['ab', 'c']);
  await new Promise((resolve) => setImmediate(resolve));
  t.same(written, ['ab', 'c'], 'and only once');
  text.add('x'.repeat(1 << 16));
  t.equal(written.length, 3, 'what is large goes at once');
});
