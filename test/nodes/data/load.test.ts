import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { dataLoad } from '../../../nodes/data/load.kind.js';
import { type KindResult, readJsonl, runKind } from '../run-kind.js';
import { tempFile } from './temp.js';

/** Runs the kind over files of these names and contents. */
function load(files: Record<string, string | Uint8Array>, config: object = {}): Promise<KindResult> {
  const sources = Object.entries(files).map(([name, content]) => ({
    name,
    path: tempFile(name.replaceAll('/', '-'), content),
  }));
  return runKind(dataLoad, { config: { path: Object.keys(files), ...config }, sources });
}

async function loadRows(files: Record<string, string | Uint8Array>, config: object = {}): Promise<unknown[]> {
  return readJsonl((await load(files, config)).outputs.dataset!);
}

t.test('each format by its extension, files in the order given', async (t) => {
  const files = {
    'a.jsonl': '{"x":1}\n{"x":2}\n',
    'b.json': '[{"x":3}]',
    'c.csv': 'x,y\n4,"a ""q"", b\nnext line"\r\n',
    'd.tsv': 'x\ty\n5\tb,c\n',
    'e.txt': 'Hello\r\nyou\n',
  };
  t.same(await loadRows(files), [
    { x: 1 },
    { x: 2 },
    { x: 3 },
    { x: '4', y: 'a "q", b\nnext line' },
    { x: '5', y: 'b,c' },
    { text: 'Hello\nyou\n', source: 'e.txt' },
  ]);
  const result = await load(files);
  t.same(result.metrics, { rows: 6, files: 5 });
  await t.rejects(load({ 'a.arrow': 'x' }), { code: 'unknown-format', hint: /format/ });
  t.same(await loadRows({ data: '{"x":1}' }, { format: 'jsonl' }), [{ x: 1 }]);
});

t.test('text by line and by paragraph; blank ones are passed over', async (t) => {
  const file = { 'a.txt': '\ufeffone\r\ntwo\r\n \r\n\r\nthree\n' };
  const texts = async (split: string): Promise<unknown[]> =>
    (await loadRows(file, { split, rows: 'text' })).map((row) => (row as { text: string }).text);
  t.same(await texts('line'), ['one', 'two', 'three']);
  t.same(await texts('paragraph'), ['one\ntwo', 'three']);
  t.same(await texts('file'), ['one\ntwo\n \n\nthree\n']);
});

t.test('columns are mapped by path, and stay as they are without', async (t) => {
  const file = {
    'a.json': JSON.stringify([{ name: { common: 'Aruba' }, capital: ['Oranjestad'], 'a.b': 1, prompt: 'p' }]),
  };
  t.same(
    await loadRows(file, { columns: { prompt: 'name.common', completion: 'capital[0]' }, rows: 'prompt_completion' }),
    [{ prompt: 'Aruba', completion: 'Oranjestad' }],
  );
  t.same(await loadRows(file, { columns: { key: 'a.b' }, rows: 'prompt' }), [{ prompt: 'p', key: 1 }]);
  t.equal((await loadRows(file, { rows: 'prompt' })).length, 1);
  const missing = { code: 'row-type-mismatch', message: /`completion` \(column capital\[7\]\) is missing/ };
  await t.rejects(load(file, { columns: { completion: 'capital[7]' }, rows: 'prompt_completion' }), missing);
  await t.rejects(load(file, { columns: { text: 'capital[' } }), /columns\/text .*not the path/);
});

t.test('json finds its rows under a pointer', async (t) => {
  const file = { 'a.json': '{"meta":1,"data":{"a/b":[{"x":1}]}, "items":[]}' };
  t.same(await loadRows(file, { pointer: '/data/a~1b' }), [{ x: 1 }]);
  await t.rejects(load(file), { code: 'json-not-array', message: /found an object/, hint: /\/items/ });
  await t.rejects(load(file, { pointer: '/nope' }), { code: 'json-not-array', message: /at \/nope: .* found nothing/ });
  await t.rejects(load({ 'a.json': '[{]' }), { code: 'json-not-valid', message: /^a\.json: / });
  await t.rejects(load({ 'a.json': '[{}, 3]' }), { code: 'row-not-json', message: /element 2: .*the number 3/ });
});

t.test('a row that does not fit is refused with its file, number and field', async (t) => {
  const file = { 'a.jsonl': '{"text":"a"}\n\n{"txt":"b"}\n' };
  await t.rejects(load(file, { rows: 'text' }), {
    code: 'row-type-mismatch',
    message: 'a.jsonl, line 3: not a row of type text: the field `text` is missing.',
    hint: /The row has: txt/,
  });
  const wrong = { code: 'row-type-mismatch', message: /^a\.csv, row 2: .*`text` must be .*not an empty string/ };
  await t.rejects(load({ 'a.csv': 'text,label\na,b\n"",c\n' }, { rows: 'classification' }), wrong);
});

t.test('rows that do not fit are dropped and counted when asked', async (t) => {
  const file = { 'a.jsonl': '{"text":"a"}\n{"txt":"b"}\n{"text":3}\n{"text":"c"}\n' };
  const result = await load(file, { rows: 'text', on_invalid: 'drop' });
  t.same(readJsonl(result.outputs.dataset!), [{ text: 'a' }, { text: 'c' }]);
  t.same(result.counts, { 'row is not text: text': 2 });
  t.equal(result.metrics.rows, 2);
});

t.test('limit takes the first rows and reads no further', async (t) => {
  t.same(await loadRows({ 'a.jsonl': '{"x":1}\n{"x":2}\nbroken' }, { limit: 2 }), [{ x: 1 }, { x: 2 }]);
  t.same(await loadRows({ 'a.csv': `x\n${'1\n'.repeat(100000)}` }, { limit: 1 }), [{ x: '1' }]);
});

t.test('csv: ragged rows, open quotes and doubled columns are refused', async (t) => {
  const refused = (message: RegExp) => ({ code: 'csv-malformed', message });
  await t.rejects(load({ 'a.csv': 'a,b\n1,2\n3\n' }), refused(/^a\.csv: .*line 3/));
  await t.rejects(load({ 'a.csv': 'a,b\n1,"2\n' }), refused(/[Qq]uote/));
  await t.rejects(load({ 'a.csv': 'a,a\n1,2\n' }), refused(/"a" is in the header twice/));
  t.same(await loadRows({ 'a.csv': '\ufeffa;b\n1;2,3\n\n' }, { delimiter: ';' }), [{ a: '1', b: '2,3' }]);
  await t.rejects(load({ 'a.csv': 'a,b\n1,2' }, { delimiter: '' }), /delimiter must not be empty/);
});

t.test('broken encodings are refused in every format, with the offset of the byte', async (t) => {
  const bytes = Buffer.concat([Buffer.from('{"text":"'), Buffer.of(0xe9), Buffer.from('"}\n')]);
  for (const name of ['a.jsonl', 'a.json', 'a.csv', 'a.txt']) {
    const refused = { code: 'file-not-utf8', message: new RegExp(`^${name}: .*at byte 9\\.`) };
    await t.rejects(load({ [name]: bytes }), refused, name);
  }
});

t.test('a csv larger than the buffers of the pipe comes through whole', async (t) => {
  const rows = Array.from({ length: 60000 }, (_, i) => `${i},"text of row ${i}"`);
  const result = await load({ 'a.csv': `id,text\n${rows.join('\n')}` }, { rows: 'text' });
  const found = readJsonl(result.outputs.dataset!);
  t.equal(found.length, 60000);
  t.same(found.at(-1), { id: '59999', text: 'text of row 59999' });
});

t.test('no rows at all is an error, an empty file among others a warning', async (t) => {
  await t.rejects(load({ 'a.jsonl': '' }), { code: 'dataset-empty', message: /a\.jsonl/ });
  await t.rejects(load({ 'a.csv': 'x,y\n' }), { code: 'dataset-empty' });
  await t.rejects(load({ 'a.json': '[]' }), { code: 'dataset-empty' });
  const result = await load({ 'a.jsonl': '\n', 'b.jsonl': '{"x":1}' });
  t.same(result.warnings, ['a.jsonl holds no rows.']);
});

t.test('sources are the patterns, less those excluded', async (t) => {
  const config = { path: ['npm:world-countries/countries.json', 'data/*.json'], exclude: ['data/b.json'] };
  t.same(dataLoad.sources!(config), [
    { patterns: ['npm:world-countries/countries.json', 'data/*.json', '!data/b.json'], pointer: '/path' },
  ]);
  t.same(dataLoad.sources!({ path: 'a.json', exclude: [] }), [{ patterns: ['a.json'], pointer: '/path' }]);
});

t.test('a registry package is read as it is', async (t) => {
  const name = 'npm:world-countries/countries.json';
  const result = await runKind(dataLoad, {
    config: { path: name, columns: { country: 'name.common', capital: 'capital[0]' } },
    sources: [{ name, path: 'node_modules/world-countries/countries.json' }],
  });
  t.equal(result.metrics.rows, 250);
  t.same(readJsonl(result.outputs.dataset!)[0], { country: 'Aruba', capital: 'Oranjestad' });
});

t.test('compressed files are read as what they hold, by name and by content', async (t) => {
  const files = {
    'a.jsonl.gz': gzipSync('{"x":1}\n'),
    'b.tsv.gz': gzipSync('x\ty\n2\tb\n'),
    'c.json': gzipSync('[{"x":3}]'),
    'd.txt.GZ': gzipSync('four'),
  };
  t.same(await loadRows(files), [{ x: 1 }, { x: '2', y: 'b' }, { x: 3 }, { text: 'four', source: 'd.txt.GZ' }]);
  t.equal(
    (await load({ 'a.jsonl.zst': readFileSync('test/nodes/data/fixtures/lines.jsonl.zst') })).metrics.rows,
    15_000,
  );
  await t.rejects(load({ 'a.jsonl.gz': gzipSync('{"x":1}\n').subarray(0, 20) }), {
    code: 'file-corrupt',
    message: /^a\.jsonl\.gz: the gzip data is broken or cut off/,
  });
  await t.rejects(load({ 'a.gz': gzipSync('{}') }), { code: 'unknown-format' });
});

t.test('parquet by extension, with columns mapped and rows checked', async (t) => {
  const file = { 'a.parquet': readFileSync('test/nodes/data/fixtures/none.parquet') };
  const config = { rows: 'classification', columns: { text: 'text', label: 'score' }, on_invalid: 'drop' };
  const result = await load(file, config);
  t.same(readJsonl(result.outputs.dataset!), [
    { text: 'row 0 – é', label: 0 },
    { text: 'row 4 – é', label: 1 },
  ]);
  t.same(result.counts, { 'row is not classification: label': 3 });
  const wrong = { code: 'row-type-mismatch', message: /^a\.parquet, row 2: .*`label` \(column score\) must be/ };
  await t.rejects(load(file, { ...config, on_invalid: 'error' }), wrong);
});

t.test('alpaca: the prompt is the instruction and the input', async (t) => {
  const rows = [
    { instruction: 'Add.', input: '1 + 1', output: '2', topic: 'sums' },
    { instruction: 'Greet.', input: '', output: 'Hi' },
    { instruction: 'Part.', input: null, output: 'Bye' },
  ];
  const file = { 'a.json': JSON.stringify(rows) };
  t.same(await loadRows(file, { shape: 'alpaca' }), [
    { topic: 'sums', prompt: 'Add.\n\n1 + 1', completion: '2' },
    { prompt: 'Greet.', completion: 'Hi' },
    { prompt: 'Part.', completion: 'Bye' },
  ]);
  const mapped = { 'a.jsonl': '{"question":"Q","output":"A","x":1}' };
  t.same(await loadRows(mapped, { shape: 'alpaca', columns: { instruction: 'question' } }), [
    { prompt: 'Q', completion: 'A' },
  ]);
  await t.rejects(load({ 'a.jsonl': '{"instruction":"Q","output":3}' }, { shape: 'alpaca' }), {
    message: 'a.jsonl, line 1: not a row of shape alpaca: the field `output` must be a string, not the number 3.',
  });
  await t.rejects(load(mapped, { shape: 'alpaca' }), {
    message: /`instruction` is missing/,
    hint: /question, output, x/,
  });
});

t.test('sharegpt: turns become messages, and unknown roles are refused or counted', async (t) => {
  const turns = (...from: string[]): object => ({ conversations: from.map((role) => ({ from: role, value: role })) });
  const rows = [turns('system', 'human', 'gpt', 'observation'), { ...turns('user'), system: 'Be brief.', id: 7 }];
  const file = { 'a.json': JSON.stringify([...rows, turns('human', 'alien')]) };
  const result = await load(file, { shape: 'sharegpt', on_invalid: 'drop' });
  const messages = (...roles: string[][]): object[] => roles.map(([role, content]) => ({ role, content }));
  t.same(readJsonl(result.outputs.dataset!), [
    { messages: messages(['system', 'system'], ['user', 'human'], ['assistant', 'gpt'], ['tool', 'observation']) },
    { id: 7, messages: messages(['system', 'Be brief.'], ['user', 'user']) },
  ]);
  t.same(result.counts, { 'row is not sharegpt: conversations': 1 });
  await t.rejects(load(file, { shape: 'sharegpt' }), {
    code: 'row-type-mismatch',
    message: /^a\.json, element 3: .*`conversations\[1\]\.from` is the unknown role "alien"; known are system, human/,
  });
  for (const [row, problem] of [
    [{ conversations: 'x' }, /`conversations` must be a list of turns/],
    [{ conversations: [] }, /`messages` must be an array of at least 1/],
    [{ conversations: ['x'] }, /`conversations\[0\]` must be an object/],
    [{ conversations: [{ from: 'gpt' }] }, /`conversations\[0\]\.value` is missing/],
    [{ conversations: [{ from: 'toString', value: '' }] }, /unknown role/],
    [{ conversations: [], system: 1 }, /`system` must be a string/],
  ] as const) {
    await t.rejects(load({ 'a.json': JSON.stringify([row]) }, { shape: 'sharegpt' }), { message: problem });
  }
  t.same(await loadRows({ 'a.json': '[{"messages":[{"role":"user","content":"Hi"}]}]' }, { rows: 'messages' }), [
    { messages: [{ role: 'user', content: 'Hi' }] },
  ]);
});

t.test('a shape has a row type of its own', async (t) => {
  const rowsOf = (config: object): unknown => dataLoad.outputs.dataset!.rows!({ config, rows: {} });
  t.equal(rowsOf({ shape: 'sharegpt', rows: 'record' }), 'messages');
  t.equal(rowsOf({ shape: null, rows: 'text' }), 'text');
  const file = { 'a.jsonl': '{"instruction":"Q","output":"A"}' };
  t.equal((await load(file, { shape: 'alpaca', rows: 'prompt_completion' })).metrics.rows, 1);
  await t.rejects(
    load(file, { shape: 'alpaca', rows: 'messages' }),
    /must be prompt_completion, which `shape: alpaca`/,
  );
});
