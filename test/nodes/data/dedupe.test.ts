import fc from 'fast-check';
import t from 'tap';
import { dataDedupe } from '../../../nodes/data/dedupe.kind.js';
import { type KindResult, readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

type Row = Readonly<Record<string, unknown>>;
type Deduped = KindResult & { readonly rows: Row[] };

async function dedupe(rows: readonly object[], config: object = {}, against?: readonly object[][]): Promise<Deduped> {
  const inputs = { dataset: tempRows(rows), ...(against ? { against: against.map(tempRows) } : {}) };
  const result = await runKind(dataDedupe, { config: { ...config }, inputs });
  return { ...result, rows: readJsonl(result.outputs.dataset!) };
}

const ids = ({ rows }: Deduped): unknown[] => rows.map(({ id }) => id);

t.test('the first of equal rows stays, whatever the order of keys', async (t) => {
  const rows = [
    { a: 1, b: { c: 2, d: 3 } },
    { a: '1', b: { c: 2, d: 3 } },
    { b: { d: 3, c: 2 }, a: 1 },
    { a: 1 },
    { a: 1 },
  ];
  const result = await dedupe(rows);
  t.same(result.rows, [rows[0], rows[1], rows[3]]);
  t.same(result.counts, { duplicate: 2 });
  t.same(result.metrics, { rows: 3, dropped_rows: 2 });
});

t.test('by chosen fields, with case and white space or without', async (t) => {
  const rows = [
    { id: 0, at: { text: 'Big  House\n' } },
    { id: 1, at: { text: 'big house' } },
    { id: 2, at: { text: 'Big House' } },
    { id: 3, at: { text: 'bighouse' } },
  ];
  const fields = ['at.text'];
  t.same(ids(await dedupe(rows, { fields })), [0, 1, 2, 3]);
  t.same(ids(await dedupe(rows, { fields, ignore_case: true })), [0, 1, 3]);
  t.same(ids(await dedupe(rows, { fields, ignore_whitespace: true })), [0, 1, 3]);
  t.same(ids(await dedupe(rows, { fields, ignore_case: true, ignore_whitespace: true })), [0, 3]);
  await t.rejects(dedupe([...rows, { id: 4 }], { fields }), {
    code: 'missing-field',
    message: 'the dataset, row 5: there is no `at.text` to compare.',
    hint: /The row has: id/,
  });
  await t.rejects(dedupe(rows, { fields: ['a['] }), /fields\/0 .*not the path/);
});

const long = (change: number): string =>
  Array.from({ length: 60 }, (_, i) => (i === change ? `changed${change}` : `word${i}`)).join(' ');

t.test('near-duplicates are found and shown, with their likeness', async (t) => {
  const rows = [
    { id: 0, text: long(-1) },
    { id: 1, text: long(59) },
    { id: 2, text: long(-1).toUpperCase() },
    { id: 3, text: long(-1) },
    { id: 4, text: long(30).replaceAll(' ', '\n') },
    { id: 5, text: 'short' },
  ];
  const result = await dedupe(rows, { fields: ['text'], minhash: {} });
  // One word at the end changes 1 of 56 shingles, one within changes 5: 55/57 and 51/61.
  t.same(ids(result), [0, 2, 5]);
  t.same(result.counts, { duplicate: 1, 'near-duplicate': 2 });
  const shown = Object.values(result.displays)[0]!.split('\n');
  t.match(shown[0], /^text +row +like row +similarity$/);
  t.match(shown.slice(1), [/word0 .*… +2 +1 +0\.96$/, / 4 +1 +1\.00$/, / 5 +1 +0\.84$/]);
  t.same(ids(await dedupe(rows, { fields: ['text'], minhash: { threshold: 0.9 } })), [0, 2, 4, 5]);
  t.same(ids(await dedupe(rows, { fields: ['text'], minhash: {}, ignore_case: true })), [0, 5]);
});

t.test('shingles of characters suit short texts', async (t) => {
  const rows = [
    { id: 0, text: 'What is the capital of France?' },
    { id: 1, text: 'What is the capital of France' },
    { id: 2, text: 'What is the capital of Greece?' },
  ];
  t.same(ids(await dedupe(rows, { fields: ['text'], minhash: { unit: 'character', ngram: 3 } })), [0, 2]);
});

t.test('rows of `against` do not come again, and do not come through', async (t) => {
  const rows = [{ text: 'a' }, { text: long(-1) }, { text: 'b' }, { text: 'b' }];
  const result = await dedupe(rows, { minhash: {} }, [[{ text: 'x' }], [{ text: 'a' }, { text: long(0) }]]);
  t.same(result.rows, [{ text: 'b' }]);
  t.same(result.counts, {
    'duplicate of a row of `against`': 1,
    'near-duplicate of a row of `against`': 1,
    duplicate: 1,
  });
  t.match(Object.values(result.displays)[0], /a +1 +against 2: 1 +1\.00\n/);
  await t.rejects(dedupe([{ text: 'a' }], {}, [[{ text: 'a' }]]), { code: 'dataset-empty' });
  await t.rejects(dedupe([{ text: 'a' }], { fields: ['text'] }, [[{}]]), { message: /^against 1, row 1: / });
});

t.test('it is idempotent, loses no content, and keeps the order', async (t) => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
  const rows = fc
    .array(text, { minLength: 1, maxLength: 30 })
    .map((texts) => texts.map((each, id) => ({ id, text: each })));
  const config = fc.record({
    fields: fc.constant(['text']),
    minhash: fc.option(
      fc.record({ ngram: fc.integer({ min: 1, max: 3 }), threshold: fc.double({ min: 0.1, max: 1, noNaN: true }) }),
    ),
  });
  const property = fc.asyncProperty(rows, config, async (input, options) => {
    const once = await dedupe(input, options);
    t.same((await dedupe(once.rows, options)).rows, once.rows);
    t.same(
      ids(once),
      [...(ids(once) as number[])].sort((a, b) => a - b),
    );
    const dropped = Object.values(once.counts).reduce((sum, count) => sum + count, 0);
    t.equal(once.rows.length + dropped, input.length);
    t.same(
      once.rows,
      once.rows.map(({ id }) => input[id as number]),
    );
    if (options.minhash === null) t.equal(once.rows.length, new Set(input.map((row) => row.text)).size);
  });
  await fc.assert(property, { numRuns: 25 });
});

t.test('rows of messages are compared by what is said', async (t) => {
  const chat = (...contents: string[]): object => ({
    messages: contents.map((content) => ({ role: 'user', content })),
  });
  const rows = [chat(long(-1), 'x'), chat(long(-1), 'y'), chat('z')];
  t.same((await dedupe(rows, { minhash: {} })).rows, [rows[0], rows[2]]);
  await t.rejects(dedupe([{ n: 1 }], { minhash: {} }), { message: /there is no text in the row to compare/ });
  t.same((await dedupe([{ n: 1 }, { n: 1 }])).rows, [{ n: 1 }]);
});
