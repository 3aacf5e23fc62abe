import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { digestBytes } from '../../cache/digest.js';
import { thisProcess } from '../../cache/process-identity.js';
import { openStore } from '../../cache/store.js';
import { storeErrorOf } from '../../cache/store-error.js';
import { temporaryName } from '../../cache/temporary.js';
import { scanTree } from '../../cache/tree.js';
import { verifyStore } from '../../cache/verify.js';
import { startChild } from './start-child.js';
import { filesBelow, temporaryDirectory } from './temporary-directory.js';

async function problemsOf(root: string): Promise<unknown[]> {
  const found = [];
  for await (const problem of verifyStore(await openStore(root))) found.push(problem);
  return found;
}

t.test('a new store', async (t) => {
  const root = join(temporaryDirectory(t), 'a', 'store');
  const stores = await Promise.all([openStore(root), openStore(root), openStore(root)]);
  t.equal(stores[0]!.root, root);
  t.equal(readFileSync(join(root, '.gitignore'), 'utf8'), '*\n');
  t.equal(readFileSync(join(root, 'VERSION'), 'utf8'), '1\n');
  t.same(filesBelow(root), ['.gitignore', 'VERSION']);
  t.equal(stores[0]!.runsDirectory, join(root, 'runs'));
  t.ok(existsSync(join(root, 'runs')));
});

t.test('a newer store is refused, and left as it is', async (t) => {
  const root = join(temporaryDirectory(t), 'store');
  mkdirSync(root);
  writeFileSync(join(root, 'VERSION'), '2\n');
  await t.rejects(openStore(root), { name: 'StoreError', code: 'store-newer', message: /version 2/, hint: /update/ });
  t.same(readdirSync(root), ['VERSION']);
  writeFileSync(join(root, 'VERSION'), 'hello');
  await t.rejects(openStore(root), { code: 'store-unreadable' });
  writeFileSync(join(root, 'VERSION'), '');
  await t.rejects(openStore(root), { code: 'store-unreadable' });
});

t.test('a folder that cannot be made', async (t) => {
  const top = temporaryDirectory(t);
  writeFileSync(join(top, 'file'), '');
  await t.rejects(openStore(join(top, 'file', 'store')), { code: 'store-not-writable', hint: /LAPIDARY_HOME/ });
});

t.test('leftovers of dead writers are swept, and those of living ones kept', async (t) => {
  const root = join(temporaryDirectory(t), 'store');
  await openStore(root);
  const { pid } = spawnSync(process.execPath, ['--version']);
  const own = temporaryName();
  const parts = temporaryName().split('.');
  const withWriter = (space: string, writer: number, start: string) =>
    [...parts.slice(0, 2), space, writer, start].join('.');
  const dead = withWriter(parts[2]!, pid, 'x');
  const parent = withWriter(parts[2]!, process.ppid, 'x');
  const elsewhere = withWriter('00000000', pid, 'x');
  const elsewhereLongAgo = withWriter('00000000', pid + 1, 'x');
  const foreign = 'not-ours';
  for (const name of [own, dead, parent, elsewhere, elsewhereLongAgo, foreign]) {
    writeFileSync(join(root, 'tmp', name), 'half');
  }
  mkdirSync(join(root, 'tmp', withWriter(parts[2]!, pid, 'y'), 'folder'), { recursive: true });
  const again = withWriter(parts[2]!, process.pid, 'earlier');
  if (thisProcess.start !== '') writeFileSync(join(root, 'tmp', again), 'of another process of our number');
  // ctime cannot be set, so an age is made up with the clock.
  utimesSync(join(root, 'tmp', elsewhereLongAgo), 1, 1);
  await openStore(root);
  const kept = [own, parent, elsewhere, elsewhereLongAgo, foreign];
  t.same(readdirSync(join(root, 'tmp')).sort(), kept.sort());
  const { now } = Date;
  Date.now = () => now() + 25 * 60 * 60 * 1000;
  t.teardown(() => {
    Date.now = now;
  });
  await openStore(root);
  t.same(readdirSync(join(root, 'tmp')).sort(), [own, foreign].sort(), 'after a day nobody writes any more');
});

t.test('scratch is there until it is discarded', async (t) => {
  const store = await openStore(join(temporaryDirectory(t), 'store'));
  const key = 'ab'.repeat(32);
  const path = store.scratch(key);
  t.equal(path, join(store.root, 'work', key));
  mkdirSync(join(path, 'checkpoint'));
  writeFileSync(join(path, 'checkpoint', 'step'), '7');
  t.equal(store.scratch(key), path);
  t.equal(readFileSync(join(path, 'checkpoint', 'step'), 'utf8'), '7');
  await store.discardScratch(key);
  t.notOk(existsSync(path));
  await store.discardScratch(key);
  t.same(readdirSync(join(store.root, 'tmp')), []);
  t.throws(() => store.scratch('../x'), { name: 'TypeError' });
});

t.test('kill -9 while publishing leaves no wrong object, and the next attempt succeeds', async (t) => {
  const top = temporaryDirectory(t);
  const source = join(top, 'source');
  mkdirSync(source);
  for (let index = 0; index < 40; index++) writeFileSync(join(source, `${index}`), randomBytes(1000 * index));
  for (let index = 0; index < 3; index++) writeFileSync(join(source, `large${index}`), randomBytes(12 << 20));
  const files = readdirSync(source).map((name) => join(source, name));
  const { digest } = await scanTree(source);
  let killed = 0;
  for (let round = 0; round < 8; round++) {
    const root = join(top, `store${round}`);
    const child = startChild('publish', root, ...files, source);
    // The first line says that it has begun; what it does when the signal arrives is up to chance.
    for (let line = 0; line <= round * 6; line++) await child.line();
    await child.kill();
    if ((await child.ended) === null) killed++;
    t.same(await problemsOf(root), [], 'whatever has its name has its bytes');
    t.same(readdirSync(join(root, 'tmp')), [], 'and the half-written is swept');
    const store = await openStore(root);
    t.equal(await store.publish(source), digest);
    t.equal(await store.has(digest), true);
    t.same(await problemsOf(root), []);
    rmSync(root, { recursive: true });
  }
  t.ok(killed >= 4, `${killed} of 8 were killed before they were done`);
});

t.test('a full disk', async (t) => {
  const top = temporaryDirectory(t);
  const mount = join(top, 'small');
  mkdirSync(mount);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'lapidary-test', mount]);
  if (mounted.status !== 0) return void t.pass('not tested', { skip: 'a small file system cannot be mounted here' });
  t.teardown(() => execFileSync('umount', [mount]));
  const root = join(mount, 'store');
  const store = await openStore(root);
  const objects = join(root, 'objects');
  const source = join(top, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'a'), 'fits');
  // One that is written from memory, one that is copied, and both on their way to a tree.
  for (const size of [3 << 20, 6 << 20]) {
    writeFileSync(join(source, 'b'), randomBytes(size));
    await t.rejects(store.publish(join(source, 'b')), {
      name: 'StoreError',
      code: 'disk-full',
      hint: /free some space/,
    });
    t.same(filesBelow(join(root, 'tmp')), [], 'nothing half-written is left');
    await t.rejects(store.publish(source), { code: 'disk-full' });
    t.same(filesBelow(join(root, 'tmp')), []);
    t.same(
      filesBelow(objects).map((path) => path.slice(3)),
      [digestBytes('fits').slice(7)],
      'the tree is not there',
    );
  }
  t.same(await problemsOf(root), []);
  writeFileSync(join(source, 'b'), randomBytes(1 << 20));
  const digest = await store.publish(source);
  t.equal(await store.has(digest), true, 'once it fits, it succeeds');
  await t.rejects(store.restore(digest, join(mount, 'back')), { code: 'disk-full' });
  t.same(readdirSync(mount), ['store'], 'a restore leaves nothing half-written either');
  writeFileSync(join(mount, 'filler'), randomBytes(1 << 20).subarray(0, freeBytes(mount)));
  const key = 'cd'.repeat(32);
  const trace = { version: 1, key, components: 'x'.repeat(1 << 20), outputs: { out: digest } } as const;
  const rest = { metrics: {}, counts: {}, displays: [], warnings: [], environment: {}, created: '', duration_ms: 0 };
  await t.rejects(store.traces.put({ ...trace, ...rest }), { code: 'disk-full' });
  t.equal(await store.traces.get(key), undefined);
  await t.rejects(store.lock('x'), { code: 'disk-full' });
  t.same(filesBelow(join(root, 'tmp')), []);
  t.equal(await store.has(digest), true);
});

function freeBytes(path: string): number {
  const [available] = execFileSync('stat', ['-f', '-c', '%a %S', path], { encoding: 'utf8' }).split('\n');
  const [blocks, size] = (available ?? '').split(' ').map(Number);
  return (blocks ?? 0) * (size ?? 0);
}

t.test('a store that belongs to somebody else can be read and not written', async (t) => {
  if (process.getuid?.() !== 0) return void t.pass('not tested', { skip: 'only root can become another user' });
  const top = temporaryDirectory(t);
  const root = join(top, 'store');
  const store = await openStore(root);
  writeFileSync(join(top, 'known'), 'known');
  writeFileSync(join(top, 'new'), 'new');
  const digest = await store.publish(join(top, 'known'));
  const child = startChild('publish-as-nobody', root, join(top, 'known'), join(top, 'new'));
  const lines = await child.rest();
  t.same(lines.slice(0, 2), ['open', digest], 'what is there already need not be written');
  t.match(lines[2], /^store-not-writable: .*LAPIDARY_HOME/);
  t.equal(lines.length, 3);
  t.equal(statSync(root).uid, 0);
  t.same(await problemsOf(root), []);
});

t.test('what the system says becomes what a person can do', async (t) => {
  const system = (code: string) => Object.assign(new Error(`${code}: it says`), { code, syscall: 'write' });
  const cases = [
    ['ENOSPC', 'writing the store', 'disk-full'],
    ['EDQUOT', 'writing the store', 'disk-full'],
    ['ENOSPC', 'writing the destination', 'disk-full'],
    ['EROFS', 'writing the store', 'store-not-writable'],
    ['EACCES', 'writing the destination', 'destination-not-writable'],
    ['EACCES', 'reading the source', 'source-unreadable'],
    ['ENOENT', 'reading the store', 'object-missing'],
    ['EIO', 'reading the store', 'store-unreadable'],
  ] as const;
  for (const [code, doing, expected] of cases) {
    t.match(storeErrorOf(system(code), doing, '/p'), {
      name: 'StoreError',
      code: expected,
      hint: /./,
      cause: { code },
    });
  }
  const bug = new TypeError('a bug');
  t.equal(storeErrorOf(bug, 'writing the store', '/p'), bug, 'a bug stays a bug');
});
