import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { encodeChecked } from '../../cache/checked-json.js';
import { type Digest, digestBytes } from '../../cache/digest.js';
import { tracePath } from '../../cache/layout.js';
import { openStore } from '../../cache/store.js';
import type { Trace } from '../../cache/trace-store.js';
import { verifyStore } from '../../cache/verify.js';
import { filesBelow, temporaryDirectory } from './temporary-directory.js';

const keyOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function traceOf(key: string, outputs: Record<string, Digest>): Trace {
  return {
    version: 1,
    key,
    components: { kind: 'data.load', config: { nested: [1, null, { deep: true }], ['__proto__']: 'own' } },
    outputs,
    metrics: { loss: 0.1 + 0.2, rows: 3 },
    counts: { 'too long': 2 },
    displays: [{ title: 'Table', text: 'a │ b' }],
    warnings: ['one row was cut'],
    environment: { device: 'onnx-cpu' },
    created: '2026-01-02T03:04:05.678Z',
    duration_ms: 12.5,
  };
}

async function setUp(t: Parameters<typeof temporaryDirectory>[0]) {
  const top = temporaryDirectory(t);
  const store = await openStore(join(top, 'store'));
  mkdirSync(join(top, 'out', 'deep'), { recursive: true });
  writeFileSync(join(top, 'out', 'deep', 'inner'), 'inner');
  writeFileSync(join(top, 'file'), 'content');
  const outputs = { directory: await store.publish(join(top, 'out')), file: await store.publish(join(top, 'file')) };
  const key = keyOf('one');
  return { top, store, key, trace: traceOf(key, outputs), path: tracePath(store.layout, key) };
}

t.test('a trace comes back as it went in', async (t) => {
  const { store, key, trace, path } = await setUp(t);
  t.equal(await store.traces.get(key), undefined);
  await store.traces.put(trace);
  t.strictSame(await store.traces.get(key), trace);
  t.strictSame(store.traces.getSync(key), trace);
  t.equal(path, join(store.root, 'traces', key.slice(0, 2), `${key}.json`));
  const later = { ...trace, warnings: [] };
  await store.traces.put(later);
  t.strictSame(await store.traces.get(key), later, 'a later one takes its place');
  t.same(filesBelow(join(store.root, 'tmp')), []);
});

t.test('a trace is a miss when anything that it names is not there', async (t) => {
  const { top, store, key, trace } = await setUp(t);
  await store.traces.put(trace);
  const objects = join(store.root, 'objects');
  const all = filesBelow(objects);
  t.equal(all.length, 4, 'two files, two tree objects');
  for (const object of all) {
    const bytes = readFileSync(join(objects, object));
    rmSync(join(objects, object));
    t.equal(await store.traces.get(key), undefined, `without ${object}`);
    const found = [];
    for await (const problem of verifyStore(store)) found.push(problem.problem);
    t.ok(found.length > 0 && found.every((problem) => problem === 'missing'));
    writeFileSync(join(objects, object), bytes);
    t.strictSame(await store.traces.get(key), trace);
  }
  rmSync(objects, { recursive: true });
  t.equal(await store.traces.get(key), undefined);
  await store.publish(join(top, 'out'));
  await store.publish(join(top, 'file'));
  t.strictSame(await store.traces.get(key), trace, 'and a hit again once it is');
});

t.test('a trace that makes no sense is a miss', async (t) => {
  const { store, key, trace, path } = await setUp(t);
  await store.traces.put(trace);
  const text = readFileSync(path, 'utf8');
  const altered: Record<string, string> = {
    empty: '',
    cut: text.slice(0, text.length / 2),
    zeros: '\0'.repeat(text.length),
    null: 'null',
    list: '[]',
    'another version': encodeChecked({ ...trace, version: 2 }),
    'of another key': encodeChecked({ ...trace, key: keyOf('two') }),
    'no outputs': encodeChecked({ ...trace, outputs: undefined }),
    'an output that is no digest': encodeChecked({ ...trace, outputs: { file: '../../etc/passwd' } }),
    'a metric that is no number': encodeChecked({ ...trace, metrics: { loss: null } }),
    'no displays': encodeChecked({ ...trace, displays: [null] }),
    'a digit that is off': text.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
  };
  for (const [what, content] of Object.entries(altered)) {
    writeFileSync(path, content);
    t.equal(await store.traces.get(key), undefined, what);
  }
  rmSync(path);
  mkdirSync(path);
  t.equal(await store.traces.get(key), undefined, 'a folder');
  rmSync(path, { recursive: true });
  writeFileSync(path, text);
  t.strictSame(await store.traces.get(key), trace);
});

t.test('what is no sound trace is not stored', async (t) => {
  const { store, key, trace } = await setUp(t);
  const absent = digestBytes('never published');
  await t.rejects(store.traces.put({ ...trace, outputs: { file: absent } }), { code: 'object-missing' });
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    await t.rejects(store.traces.put({ ...trace, metrics: { loss: bad } }), { name: 'TypeError', message: /loss/ });
  }
  await t.rejects(store.traces.put({ ...trace, outputs: { file: 'x' as Digest } }), { name: 'TypeError' });
  await t.rejects(store.traces.put({ ...trace, key: '../../x' }), { name: 'TypeError' });
  await t.rejects(store.traces.get('../../x'), { name: 'TypeError' });
  t.same(filesBelow(join(store.root, 'traces')), []);
  t.equal(await store.traces.get(key), undefined);
});
