import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import type { Digest } from '../../cache/digest.js';
import { prune } from '../../cache/prune.js';
import { openStore, type Store } from '../../cache/store.js';
import { verifyStore } from '../../cache/verify.js';
import { filesBelow, temporaryDirectory } from './temporary-directory.js';

const day = 86_400_000;
const later = () => Date.now() + 2 * day;
const nothing = { keys: new Set<string>(), digests: new Set<Digest>() };

function keyOf(index: number): string {
  return index.toString(16).padStart(64, '0');
}

async function putTrace(store: Store, key: string, out: Digest): Promise<void> {
  await store.traces.put({
    version: 1,
    key,
    components: null,
    outputs: { out },
    metrics: {},
    counts: {},
    displays: [],
    warnings: [],
    environment: {},
    created: new Date().toISOString(),
    duration_ms: 1,
  });
}

t.test('what a root reaches stays, all else goes', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await openStore(join(directory, 'store'));
  const model = join(directory, 'model');
  mkdirSync(join(model, 'deep'), { recursive: true });
  writeFileSync(join(model, 'weights'), 'w'.repeat(1000));
  writeFileSync(join(model, 'deep', 'config'), 'c');
  symlinkSync('weights', join(model, 'link'));
  writeFileSync(join(directory, 'old'), 'old');
  writeFileSync(join(directory, 'free'), 'free');
  const kept = await store.publish(model);
  const old = await store.publish(join(directory, 'old'));
  const free = await store.publish(join(directory, 'free'));
  await putTrace(store, keyOf(1), kept);
  await putTrace(store, keyOf(2), old);
  writeFileSync(join(store.scratch(keyOf(2)), 'checkpoint'), 'c');
  const roots = { keys: new Set([keyOf(1)]), digests: new Set([free]) };

  const before = filesBelow(store.root);
  const counted = await prune(store, roots, { grace_ms: day, now: later(), dryRun: true });
  t.match(counted, { objects: 1, traces: 1, scratch: 1, removed_bytes: 3 });
  t.same(filesBelow(store.root), before, 'a dry run removes nothing');

  t.match(await prune(store, roots, { grace_ms: day }), { objects: 0, traces: 0, scratch: 0 }, 'all of it is young');
  t.same(await prune(store, roots, { grace_ms: day, now: later() }), counted);
  t.ok(await store.has(kept));
  t.ok(await store.has(free));
  t.notOk(await store.has(old));
  t.ok(await store.traces.get(keyOf(1)));
  t.equal(await store.traces.get(keyOf(2)), undefined);
  t.same(readdirSync(store.layout.work), []);
  for await (const problem of verifyStore(store)) t.fail(JSON.stringify(problem));
});

t.test('what is being made stays', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await openStore(join(directory, 'store'));
  writeFileSync(join(directory, 'part'), 'part');
  const part = await store.publish(join(directory, 'part'));
  const past = new Date(Date.now() - 5 * day);
  utimesSync(store.fileOf(part), past, past);
  await store.publish(join(directory, 'part'));
  await prune(store, nothing, { grace_ms: day });
  t.ok(await store.has(part), 'publishing again makes it young');

  // A tree that was published now, of a file that is there since long.
  mkdirSync(join(directory, 'tree'));
  writeFileSync(join(directory, 'tree', 'part'), 'part');
  const tree = await store.publish(join(directory, 'tree'));
  utimesSync(store.fileOf(part), past, past);
  await prune(store, nothing, { grace_ms: day });
  t.ok(await store.has(tree), 'a young tree keeps what it names');

  writeFileSync(join(store.scratch(keyOf(3)), 'checkpoint'), 'c');
  const lock = await store.lock(keyOf(3));
  t.match(await prune(store, nothing, { grace_ms: day, now: later() }), { scratch: 0 }, 'its key is being worked on');
  await lock.release();
  t.match(await prune(store, nothing, { grace_ms: day, now: later() }), { scratch: 1 });
});

t.test('for random traces over shared content: roots stay whole, nothing else does', async (t) => {
  const results = fc.array(
    fc.record({ files: fc.uniqueArray(fc.nat({ max: 4 }), { maxLength: 4 }), root: fc.boolean() }),
    {
      maxLength: 5,
    },
  );
  let count = 0;
  await fc.assert(
    fc.asyncProperty(results, async (traces) => {
      const directory = join(temporaryDirectory(t), String(count++));
      const store = await openStore(join(directory, 'store'));
      const keys = new Set<string>();
      const digests: Digest[] = [];
      for (const [index, { files, root }] of traces.entries()) {
        const folder = join(directory, `result-${index}`);
        mkdirSync(folder, { recursive: true });
        for (const file of files) writeFileSync(join(folder, `f${file}`), `content ${file}`);
        const digest = await store.publish(folder);
        digests.push(digest);
        await putTrace(store, keyOf(index), digest);
        if (root) keys.add(keyOf(index));
      }
      await prune(store, { keys, digests: new Set() }, { grace_ms: 0, now: later() });
      for await (const problem of verifyStore(store)) throw new Error(JSON.stringify(problem));
      const rooted = traces.filter(({ root }) => root);
      for (const [index, { root }] of traces.entries()) {
        if (((await store.traces.get(keyOf(index))) !== undefined) !== root) throw new Error(`trace ${index}`);
        if (root && !(await store.has(digests[index]!))) throw new Error(`content ${index}`);
      }
      const files = new Set(rooted.flatMap((result) => result.files)).size;
      const trees = new Set(rooted.map((result) => [...result.files].sort().join())).size;
      const objects = filesBelow(store.layout.objects).length;
      if (objects !== files + trees) throw new Error(`${objects} objects, ${files} files, ${trees} trees`);
    }),
    { numRuns: 25 },
  );
});
