import fc from 'fast-check';
import t from 'tap';
import { newText } from '../../../nodes/generate/respond.js';
import { createStopFilter, createTextStream } from '../../../nodes/generate/text-stream.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { makeTokenizer } from '../tiny-model.js';

const tokenizer = loadTokenizer(await makeTokenizer());

t.test('the pieces are whole characters, and together the text', async (t) => {
  const words = fc.array(fc.constantFrom('Paris', ' is', '🦜', 'é', ' ', '🇫🇷', '漢字', '.', '\n'), { maxLength: 10 });
  let held = 0;
  await fc.assert(
    fc.asyncProperty(words, words, async (before, after) => {
      const prompt = (await tokenizer.encode(`A city ${before.join('')}`)).ids;
      const { ids } = await tokenizer.encode(after.join(''));
      const stream = createTextStream(tokenizer, prompt);
      const pieces: string[] = [];
      for (const id of ids) pieces.push(await stream.push(id));
      held += pieces.filter((piece) => piece === '').length;
      if (pieces.some((piece) => piece.includes('\uFFFD'))) return false;
      return pieces.join('') + (await stream.end()) === (await newText(tokenizer, prompt, ids));
    }),
    { numRuns: 150 },
  );
  t.ok(held > 100, 'characters of several tokens waited to be whole');
});

t.test('bytes that make no character come out at the end', async (t) => {
  const { ids } = await tokenizer.encode('🦜');
  t.equal(ids.length, 4);
  const stream = createTextStream(tokenizer, (await tokenizer.encode('Rome')).ids);
  t.equal(await stream.push(ids[0]!), '');
  t.match(await stream.end(), /^\uFFFD+$/);
});

t.test('a stop string ends the text, however it is cut into pieces', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 4 }), { maxLength: 12 }),
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 }), { maxLength: 3 }),
      (pieces, stops) => {
        const whole = pieces.join('');
        const filter = createStopFilter(stops);
        let text = '';
        for (const piece of pieces) text += filter.push(piece);
        text += filter.end();
        if (filter.stopped !== stops.some((stop) => whole.includes(stop))) return false;
        if (!filter.stopped) return text === whole;
        // Asked after each piece, it may stop at a string that another one begins before, in a piece to come.
        return whole.startsWith(text) && stops.some((stop) => whole.startsWith(stop, text.length));
      },
    ),
  );
});
