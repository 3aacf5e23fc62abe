import { readFileSync } from 'node:fs';
import t from 'tap';
import { readParquet } from '../../../nodes/data/parquet.js';
import { gather, tempFile } from './temp.js';

const fixture = (name: string): string => `test/nodes/data/fixtures/${name}.parquet`;

function read(name: string, paths?: readonly string[]): Promise<{ row: Record<string, unknown>; number: number }[]> {
  return gather(readParquet({ name: `${name}.parquet`, path: fixture(name) }, paths));
}

const columns = ['id', 'big', 'text', 'score', 'turns', 'tags', 'at', 'day', 'ok'];

t.test('every type as JSON, over several row groups', async (t) => {
  const rows = await read('none', columns);
  t.same(
    rows.map(({ number }) => number),
    [1, 2, 3, 4, 5],
  );
  t.same(rows[1]!.row, {
    id: 1,
    big: '9007199254740993',
    text: 'row 1 – é',
    score: null,
    turns: [
      { from: 'human', value: 'q1' },
      { from: 'gpt', value: 'a1' },
    ],
    tags: { k: 1 },
    at: '2024-05-01T12:30:01.250001Z',
    day: '2024-02-29',
    ok: false,
  });
  t.same(rows[2]!.row.turns, []);
  t.match(rows[0]!.row, { at: '2024-05-01T12:30:00Z', day: '1969-12-31', ok: true, score: 0 });
  t.same(JSON.parse(JSON.stringify(rows)), rows, 'nothing is lost on the way to JSON');
});

t.test('every compression gives the same rows', async (t) => {
  const rows = await read('none', ['id', 'text', 'turns[0].from']);
  t.equal(rows.length, 5);
  for (const codec of ['snappy', 'gzip', 'brotli', 'lz4', 'zstd']) t.same(await read(codec), rows, codec);
});

t.test('columns that are not needed are not decoded', async (t) => {
  await t.rejects(read('none'), {
    code: 'parquet-value',
    message: 'none.parquet, row 1: the column `blob` holds 2 bytes that are not UTF-8 text.',
    hint: /columns/,
  });
  t.same(Object.keys((await read('none', ['text', 'tags.k']))[0]!.row), ['text', 'tags']);
  await t.rejects(read('none', ['text', 'nope']), { code: 'parquet-value' }, 'all are read for the error to name them');
});

t.test('values that JSON has no word for', async (t) => {
  await t.rejects(read('odd'), { code: 'parquet-value', message: /^odd\.parquet, row 2: the column `x` is infinite/ });
  const rows = await read('odd', ['text', 'plain']);
  t.same(
    rows.map(({ row }) => row),
    [
      { text: 'a', plain: 'bytes' },
      { text: 'b', plain: 'text' },
    ],
  );
});

t.test('a broken file is refused by name, wherever it breaks', async (t) => {
  const whole = readFileSync(fixture('snappy'));
  const refused = { code: 'parquet-unreadable', message: /^a\.parquet cannot be read as Parquet: / };
  const readBytes = (bytes: Uint8Array): Promise<unknown> =>
    gather(readParquet({ name: 'a.parquet', path: tempFile('a.parquet', bytes) }, undefined));
  for (const length of [0, 3, 9, 100, whole.length - 1]) {
    await t.rejects(readBytes(whole.subarray(0, length)), refused, `cut at ${length}`);
  }
  const zeroed = Buffer.from(whole);
  zeroed.fill(0, 4, 60);
  await t.rejects(readBytes(zeroed), refused);
  await t.rejects(gather(readParquet({ name: 'b', path: '/nonexistent.parquet' }, undefined)), { code: 'ENOENT' });
});
