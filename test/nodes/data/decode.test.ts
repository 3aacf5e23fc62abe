import fc from 'fast-check';
import t from 'tap';
import { readLines, readText } from '../../../nodes/data/decode.js';
import { tempFile } from './temp.js';

async function lines(content: string | Uint8Array, maxLength?: number): Promise<[number, string][]> {
  const found: [number, string][] = [];
  for await (const { text, number } of readLines(tempFile('x.txt', content), 'x.txt', maxLength)) {
    found.push([number, text]);
  }
  return found;
}

t.test('lines end in LF or CRLF, and the last need not end', async (t) => {
  t.same(await lines('a\r\nb\n\nc'), [
    [1, 'a'],
    [2, 'b'],
    [3, ''],
    [4, 'c'],
  ]);
  t.same(await lines('a\n'), [[1, 'a']]);
  t.same(await lines(''), []);
});

t.test('a byte order mark is no part of the text', async (t) => {
  t.same(await lines('\ufeffa\n\ufeffb'), [
    [1, 'a'],
    [2, '\ufeffb'],
  ]);
});

t.test('bytes that are not UTF-8 are refused with their offset', async (t) => {
  const bad = (before: Buffer, after = Buffer.from(' and on')): Buffer =>
    Buffer.concat([before, Buffer.of(0xff), after]);
  const message = (offset: number) => ({ code: 'file-not-utf8', message: new RegExp(`at byte ${offset}\\.`) });
  await t.rejects(readText(tempFile('x', bad(Buffer.from('abc')))), message(3));
  await t.rejects(readText(tempFile('x', bad(Buffer.from('äöü')))), message(6));
  // Around the border between two pieces of the stream, with a character that straddles it.
  for (const length of [2 ** 18 - 2, 2 ** 18 - 1, 2 ** 18, 2 ** 18 + 1]) {
    const before = Buffer.concat([Buffer.alloc(length, 'a'), Buffer.from('😀')]);
    await t.rejects(readText(tempFile('x', bad(before))), message(length + 4));
    t.equal((await readText(tempFile('x', before))).length, length + 2);
  }
  const cut = Buffer.from('ab😀').subarray(0, 5);
  await t.rejects(readText(tempFile('x', cut)), { message: /ends within a character at byte 5/ });
  await t.rejects(readText(tempFile('x', Buffer.of(0x61, 0xc3, 0x28))), message(1));
});

t.test('UTF-16 is named as what it is', async (t) => {
  const refused = { code: 'file-not-utf8', message: /UTF-16/, hint: /iconv/ };
  await t.rejects(readText(tempFile('x', Buffer.from('\ufeff{"a":1}', 'utf16le'))), refused);
  await t.rejects(readText(tempFile('x', Buffer.from('{"a":1}', 'utf16le'))), refused);
  await t.rejects(readText(tempFile('x', Buffer.from('\ufeff{"a":1}', 'utf16le').swap16())), refused);
});

t.test('a line longer than the limit is refused, a long one below it is read', async (t) => {
  const long = 'x'.repeat(2_000_000);
  t.same(await lines(`a\n${long}\nb`), [
    [1, 'a'],
    [2, long],
    [3, 'b'],
  ]);
  await t.rejects(lines(`a\n${long}`, 1_000_000), { code: 'line-too-long', message: /^Line 2 / });
});

t.test('lines, joined again, are the text', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.string({ unit: 'grapheme' }).map((s) => s.replace(/[\r\n]/g, '')),
        { minLength: 1 },
      ),
      async (texts) => {
        const content = texts.join('\n').replace(/^\ufeff/, '');
        const read = (await lines(content)).map(([, text]) => text);
        const expected = content.split('\n');
        if (expected.at(-1) === '') expected.pop();
        t.same(read, expected);
      },
    ),
    { numRuns: 50 },
  );
});
