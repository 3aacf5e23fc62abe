import fc from 'fast-check';
import t from 'tap';
import { dataDecontaminate } from '../../../nodes/data/decontaminate.kind.js';
import { createRunIndex } from '../../../nodes/data/run-index.js';
import { type KindResult, readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

function decontaminate(
  rows: readonly object[],
  against: readonly (readonly object[])[],
  config: object = {},
): Promise<KindResult> {
  const inputs = { dataset: tempRows(rows), against: against.map(tempRows) };
  return runKind(dataDecontaminate, { config: { ...config }, inputs });
}

const words = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `word${from + i}`).join(' ');

t.test('13 words in a row, whatever their case and punctuation', async (t) => {
  const rows = [
    { text: `Before. ${words(3, 16).toUpperCase().replaceAll(' ', ', ')}! After.` },
    { text: words(3, 15) },
    { text: `${words(0, 12)} and ${words(12, 20)}` },
    { prompt: words(0, 7), completion: words(7, 13) },
  ];
  const tests = [[{ text: words(100, 120) }], [{ text: 'x y' }, { prompt: 'p', completion: words(0, 20) }]];
  const result = await decontaminate(rows, tests);
  t.same(readJsonl(result.outputs.dataset!), [rows[1], rows[2]]);
  t.same(readJsonl(result.outputs.report!), [
    { row: 1, against: 2, against_row: 2, words: words(3, 16) },
    { row: 4, against: 2, against_row: 2, words: words(0, 13) },
  ]);
  t.same(result.counts, { 'row shares words with `against`': 2, 'row of `against` too short to look for': 1 });
  t.same(result.metrics, { rows: 2, dropped_rows: 2 });
  t.match(Object.values(result.displays)[0], /\nword3 word4 .*… +1 +against 2: 2\n/);
});

t.test('short tests are looked for as a whole', async (t) => {
  const rows = [{ text: `So: ${words(0, 9)}.` }, { text: words(0, 8) }, { text: words(1, 9) }];
  const result = await decontaminate(rows, [[{ q: words(0, 9) }]]);
  t.same(readJsonl(result.outputs.dataset!), [rows[1], rows[2]]);
  const shorter = await decontaminate([...rows, { text: words(2, 9) }], [[{ q: words(0, 9) }]], { ngram: 8 });
  t.same(shorter.metrics, { rows: 1, dropped_rows: 3 });
});

t.test('chosen fields on either side', async (t) => {
  const rows = [
    { prompt: words(0, 13), completion: 'a b' },
    { prompt: 'c', completion: words(0, 13) },
  ];
  const tests = [[{ question: words(0, 13), note: words(20, 40) }]];
  const config = { fields: ['completion'], against_fields: ['question'] };
  const result = await decontaminate(rows, tests, config);
  t.same(readJsonl(result.outputs.dataset!), [rows[0]]);
  await t.rejects(decontaminate(rows, tests, { fields: ['nope'] }), {
    code: 'missing-field',
    message: /^the dataset, row 1: .*`nope`/,
  });
  await t.rejects(decontaminate(rows, tests, { against_fields: ['x'] }), { message: /^against 1, row 1: / });
  await t.rejects(decontaminate(rows, tests, { against_fields: ['x['] }), /against_fields\/0/);
});

t.test('nothing to look for, and nothing left, are errors', async (t) => {
  const rows = [{ text: words(0, 20) }];
  await t.rejects(decontaminate(rows, [[{ text: 'x y z' }]]), { code: 'nothing-to-look-for', hint: /min_words/ });
  await t.rejects(decontaminate(rows, [rows]), { code: 'dataset-empty' });
  t.same((await decontaminate(rows, [[{ text: 'x y z' }]], { min_words: 3 })).metrics, { rows: 1, dropped_rows: 0 });
});

t.test('a run is found if and only if it is there', async () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  const property = fc.property(
    fc.integer({ min: 1, max: 5 }),
    fc.array(text, { maxLength: 4 }),
    text,
    (n, tests, row) => {
      const index = createRunIndex(n);
      tests.forEach((words, number) => {
        index.add(words, { dataset: 1, row: number });
      });
      const runs = tests.flatMap((words) => {
        const length = Math.min(n, words.length);
        return length === 0
          ? []
          : words.slice(0, words.length - length + 1).map((_, i) => words.slice(i, i + length).join(' '));
      });
      const padded = ` ${row.join(' ')} `;
      const found = index.find(row);
      if (found && !runs.includes(found.words.join(' '))) return false;
      return (found !== undefined) === runs.some((run) => padded.includes(` ${run} `));
    },
  );
  fc.assert(property);
});
