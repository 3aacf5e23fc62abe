import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { processState, thisProcess } from '../../cache/process-identity.js';
import { openStore } from '../../cache/store.js';
import { startChild } from './start-child.js';
import { filesBelow, temporaryDirectory } from './temporary-directory.js';

t.test('of several processes only one is inside at a time', async (t) => {
  const top = temporaryDirectory(t);
  const root = join(top, 'store');
  const file = join(top, 'number');
  writeFileSync(file, '0');
  const children = Array.from({ length: 4 }, () => startChild('count', root, 'counter', file, '12'));
  for (const child of children) t.equal(await child.ended, 0);
  t.equal(readFileSync(file, 'utf8'), '48');
  t.same(readdirSync(join(root, 'locks')), []);
  t.same(filesBelow(join(root, 'tmp')), []);
});

t.test('within one process too', async (t) => {
  const store = await openStore(join(temporaryDirectory(t), 'store'));
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      const lock = await store.lock('a name / with : anything in it');
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
      await lock.release();
      await lock.release();
    }),
  );
  t.equal(most, 1);
  const [first, second] = await Promise.all([store.lock('first'), store.lock('second')]);
  await Promise.all([first.release(), second.release()]);
});

t.test('the lock of a killed process is taken over by one of those that wait, and by one at a time', async (t) => {
  const top = temporaryDirectory(t);
  const root = join(top, 'store');
  const file = join(top, 'number');
  writeFileSync(file, '0');
  const holder = startChild('hold', root, 'counter');
  t.equal(await holder.line(), 'held');
  const children = Array.from({ length: 3 }, () => startChild('count', root, 'counter', file, '10'));
  const store = await openStore(root);
  const owners: { pid: number; host: string }[] = [];
  const waiting = new AbortController();
  const refused = store.lock('counter', {
    signal: waiting.signal,
    onWait: (owner) => {
      owners.push(owner);
      waiting.abort(new Error('enough'));
    },
  });
  await t.rejects(refused, { message: 'enough' }, 'a wait can be ended');
  t.match(owners, [{ pid: Number, host: hostname() }]);
  t.equal(readFileSync(file, 'utf8'), '0', 'while it lives, nobody else gets in');
  await holder.kill();
  for (const child of children) t.equal(await child.ended, 0);
  t.equal(readFileSync(file, 'utf8'), '30');
  t.same(readdirSync(join(root, 'locks')), []);
});

t.test('a stale lock whose breaker died as well, and who broke that lock, a hundred times', async (t) => {
  const store = await openStore(join(temporaryDirectory(t), 'store'));
  const child = startChild('hold', store.root, 'x');
  t.equal(await child.line(), 'held');
  const path = join(store.root, 'locks', 'x');
  const text = readFileSync(path, 'utf8');
  writeFileSync(`${path}~break`, text);
  for (let depth = 2; depth < 100; depth++) writeFileSync(`${path}~break${depth}`, text);
  writeFileSync(`${path}~break100`, '', 'utf8');
  await child.kill();
  const lock = await store.lock('x');
  t.not(readFileSync(path, 'utf8'), text);
  await lock.release();
  t.same(readdirSync(join(store.root, 'locks')), []);
});

t.test('a process number that is in use again does not keep a lock alive', async (t) => {
  const store = await openStore(join(temporaryDirectory(t), 'store'));
  if (thisProcess.start === '')
    return void t.pass('not tested', { skip: 'this system does not tell when a process started' });
  const path = join(store.root, 'locks', 'x');
  writeFileSync(path, JSON.stringify({ ...thisProcess, start: 'earlier', token: 'old' }));
  await (await store.lock('x')).release();
  t.notOk(existsSync(path));
  t.equal(processState(thisProcess), 'alive');
});

t.test('a lock of another host is waited for, and never broken', async (t) => {
  const store = await openStore(join(temporaryDirectory(t), 'store'));
  const path = join(store.root, 'locks', 'x');
  const owner = { pid: 1, host: 'far-away', space: 'far-away/linux', start: '1', token: 'theirs' };
  writeFileSync(path, JSON.stringify(owner));
  const stop = new AbortController();
  const seen: unknown[] = [];
  await t.rejects(
    store.lock('x', {
      signal: stop.signal,
      onWait: (found) => {
        seen.push(found);
        stop.abort();
      },
    }),
    { name: 'AbortError' },
  );
  t.same(seen, [{ pid: 1, host: 'far-away' }]);
  t.equal(JSON.parse(readFileSync(path, 'utf8')).token, 'theirs');
});

t.test('a release never removes the lock of somebody else', async (t) => {
  const store = await openStore(join(temporaryDirectory(t), 'store'));
  const lock = await store.lock('x');
  const path = join(store.root, 'locks', 'x');
  const other = JSON.stringify({ ...thisProcess, token: 'another' });
  writeFileSync(path, other);
  await lock.release();
  t.equal(readFileSync(path, 'utf8'), other);
});

t.test('a signal that is aborted already takes no lock', async (t) => {
  const store = await openStore(join(temporaryDirectory(t), 'store'));
  await t.rejects(store.lock('x', { signal: AbortSignal.abort() }), { name: 'AbortError' });
  t.same(readdirSync(join(store.root, 'locks')), []);
});
