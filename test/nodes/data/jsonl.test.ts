import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { type NumberedRow, readRows, writeRows } from '../../../nodes/data/jsonl.js';
import { gather, tempFile } from './temp.js';

async function read(content: string): Promise<NumberedRow[]> {
  return gather(readRows(tempFile('rows.jsonl', content), 'rows.jsonl'));
}

t.test('rows are numbered by line; blank lines are passed over', async (t) => {
  t.same(await read('{"a":1}\n\n  \n{"a":2}\r\n'), [
    { row: { a: 1 }, number: 1 },
    { row: { a: 2 }, number: 4 },
  ]);
});

t.test('a line that holds no JSON object is refused by name and line', async (t) => {
  const refused = (message: RegExp) => ({ code: 'row-not-json', message });
  await t.rejects(read('{"a":1}\n{"a":\n'), refused(/^rows\.jsonl, line 2: not valid JSON: /));
  await t.rejects(read('[1]\n'), refused(/line 1: a row must be a JSON object, not an array of 1/));
  await t.rejects(read('null\n'), refused(/not null/));
  await t.rejects(read('"text"\n'), refused(/not the string "text"/));
  await t.rejects(read(`"${'x'.repeat(1000)}"\n`), { message: /…"\.$/ });
});

t.test('what is written is read back: lone surrogates, line separators, __proto__', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ noUnicodeString: false } as object)), {
        maxLength: 8,
      }),
      async (rows) => {
        const path = tempFile('rows.jsonl');
        const written = rows.map((row) => JSON.parse(JSON.stringify(row)) as object);
        t.equal(await writeRows(path, written), rows.length);
        t.same(
          (await gather(readRows(path))).map(({ row }) => row),
          written,
        );
      },
    ),
    { numRuns: 100 },
  );
  const path = tempFile('rows.jsonl');
  const row = { text: '\ud800 \u2028 \0 😀', ...JSON.parse('{"__proto__": 1}') };
  await writeRows(path, [row]);
  const [back] = await gather(readRows(path));
  t.equal(back!.row.text, row.text);
  t.ok(Object.hasOwn(back!.row, '__proto__'));
});

t.test('fields keep their order, lines end in LF, and many rows go through in batches', async (t) => {
  const path = tempFile('rows.jsonl');
  const rows = Array.from({ length: 3000 }, (_, b) => ({ z: 'y'.repeat(1000), b }));
  t.equal(await writeRows(path, rows), 3000);
  t.equal(readFileSync(path, 'utf8'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});
