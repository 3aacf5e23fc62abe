import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { encodeChecked } from '../../cache/checked-json.js';
import { type Digest, digestBytes, digestFile } from '../../cache/digest.js';
import { openMemo } from '../../cache/memo.js';
import { scanTree } from '../../cache/tree.js';
import { temporaryDirectory } from './temporary-directory.js';

const second_ns = 1_000_000_000n;
const now = (): bigint => BigInt(Date.now()) * 1_000_000n;
/** A clock that is ahead: every file seems old enough to be remembered. */
const ahead = (): bigint => now() + 10n * second_ns;

function counting(): { readonly digest: (path: string) => Promise<Digest>; count: number } {
  const counter = {
    count: 0,
    digest: (path: string) => {
      counter.count++;
      return digestFile(path);
    },
  };
  return counter;
}

t.test('a file that did not change is read once, also by a later process', async (t) => {
  const top = temporaryDirectory(t);
  const path = join(top, 'data');
  writeFileSync(path, 'content');
  const counter = counting();
  const memo = await openMemo(join(top, 'made', 'memo.json'), { now: ahead, digest: counter.digest });
  t.equal(await memo.digestFile(path), digestBytes('content'));
  t.equal(await memo.digestFile(path), digestBytes('content'));
  t.equal(counter.count, 1);
  await memo.save();
  const again = await openMemo(join(top, 'made', 'memo.json'), { now: ahead, digest: counter.digest });
  t.equal(await again.digestFile(path), digestBytes('content'));
  t.equal(counter.count, 1);
  const stamp = statSync(join(top, 'made', 'memo.json'), { bigint: true }).ino;
  await again.save();
  t.equal(statSync(join(top, 'made', 'memo.json'), { bigint: true }).ino, stamp, 'nothing learnt, nothing written');
});

t.test('a file touched within the grain of the clock is neither remembered nor believed', async (t) => {
  const top = temporaryDirectory(t);
  const path = join(top, 'data');
  const file = join(top, 'memo.json');
  writeFileSync(path, 'content');
  const counter = counting();
  let clock = statSync(path, { bigint: true }).ctimeNs + 2n * second_ns;
  const memo = await openMemo(file, { now: () => clock, digest: counter.digest });
  await memo.digestFile(path);
  await memo.digestFile(path);
  t.equal(counter.count, 2);
  clock += 1n;
  await memo.digestFile(path);
  await memo.digestFile(path);
  t.equal(counter.count, 3, 'from then on it is remembered');
  clock -= 2n * second_ns;
  await memo.digestFile(path);
  t.equal(counter.count, 4, 'a clock set back makes it doubtful again');
});

t.test('never a stale digest: edits of the same size, in place or by renaming, with mtime set back', async (t) => {
  const top = temporaryDirectory(t);
  const path = join(top, 'data');
  const action = fc.record({
    byte: fc.integer({ min: 0, max: 255 }),
    how: fc.constantFrom('in-place' as const, 'rename' as const, 'not' as const),
    restoreTimes: fc.boolean(),
    reopen: fc.boolean(),
  });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 2, maxLength: 12 }), async (actions) => {
      const file = join(top, `memo${number++}.json`);
      writeFileSync(path, Buffer.alloc(64));
      let memo = await openMemo(file);
      for (const { byte, how, restoreTimes, reopen } of actions) {
        await memo.digestFile(path);
        const { atime, mtime } = statSync(path);
        const bytes = Buffer.alloc(64, byte);
        if (how === 'in-place') writeFileSync(path, bytes);
        else if (how === 'rename') {
          writeFileSync(join(top, 'new'), bytes);
          renameSync(join(top, 'new'), path);
        }
        if (restoreTimes) utimesSync(path, atime, mtime);
        if (reopen) {
          await memo.save();
          memo = await openMemo(file);
        }
        t.equal(await memo.digestFile(path), digestBytes(readFileSync(path)));
      }
    }),
    { numRuns: 60 },
  );
});

t.test('an edit after the grain has passed is seen, though size and mtime are as before', async (t) => {
  const top = temporaryDirectory(t);
  const path = join(top, 'data');
  writeFileSync(path, 'aaaa');
  utimesSync(path, 1_000_000, 1_000_000);
  const counter = counting();
  const memo = await openMemo(join(top, 'memo.json'), { now: ahead, digest: counter.digest });
  t.equal(await memo.digestFile(path), digestBytes('aaaa'));
  t.equal(await memo.digestFile(path), digestBytes('aaaa'));
  t.equal(counter.count, 1, 'it was remembered');
  // Waits for the file system's clock to move on, as it would have under a clock that is not made up.
  const { ctimeNs } = statSync(path, { bigint: true });
  do {
    writeFileSync(path, 'bbbb');
    utimesSync(path, 1_000_000, 1_000_000);
  } while (statSync(path, { bigint: true }).ctimeNs === ctimeNs);
  t.equal(await memo.digestFile(path), digestBytes('bbbb'));
});

t.test('a file that changes while it is read is read again', async (t) => {
  const top = temporaryDirectory(t);
  const path = join(top, 'data');
  writeFileSync(path, 'old');
  let edits = 0;
  const memo = await openMemo(join(top, 'memo.json'), {
    digest: async (file) => {
      const found = await digestFile(file);
      if (edits++ === 0) writeFileSync(file, 'newer');
      return found;
    },
  });
  t.equal(await memo.digestFile(path), digestBytes('newer'));
  t.equal(edits, 2);
  const restless = await openMemo(join(top, 'memo.json'), {
    digest: async (file) => {
      writeFileSync(file, 'x'.repeat(edits++));
      return digestFile(file);
    },
  });
  await t.rejects(restless.digestFile(path), { code: 'source-changing' });
});

t.test('concurrent calls share the work', async (t) => {
  const top = temporaryDirectory(t);
  const path = join(top, 'data');
  writeFileSync(path, 'content');
  const old = counting();
  const memo = await openMemo(join(top, 'memo.json'), { now: ahead, digest: old.digest });
  t.same(
    new Set(await Promise.all(Array.from({ length: 9 }, () => memo.digestFile(path)))),
    new Set([digestBytes('content')]),
  );
  t.equal(old.count, 1);
});

t.test('a call never gets a digest from before an edit that preceded it', async (t) => {
  const top = temporaryDirectory(t);
  const path = join(top, 'data');
  const old = digestBytes('old');
  writeFileSync(path, 'new');
  let readings = 0;
  let later: Promise<Digest>[] = [];
  const memo = await openMemo(join(top, 'memo.json'), {
    // As if the first reading had its bytes before an edit that came within the same tick, and left the stamp as it was.
    digest: async (file) => {
      if (readings++ > 0) return digestFile(file);
      later = [memo.digestFile(path), memo.digestFile(path), memo.digestFile(path)];
      return old;
    },
  });
  t.equal(await memo.digestFile(path), old);
  t.same(await Promise.all(later), Array(3).fill(digestBytes('new')), 'calls after the edit do not share that reading');
  t.equal(readings, 2, 'but one of their own');
});

t.test('a memo that makes no sense is an empty memo', async (t) => {
  const top = temporaryDirectory(t);
  const path = join(top, 'data');
  const file = join(top, 'memo.json');
  writeFileSync(path, 'content');
  const texts = [
    '',
    'null',
    '7',
    encodeChecked({ version: 2, files: [] }),
    encodeChecked({ version: 1, files: [[1], null, ['a', 'b', 'c']] }),
    '{"version":1,"files":[]}',
    '{"version":1',
  ];
  for (const text of [...texts, randomBytes(99)]) {
    writeFileSync(file, text);
    const memo = await openMemo(file, { now: ahead });
    t.equal(await memo.digestFile(path), digestBytes('content'));
    await memo.save();
    const counter = counting();
    await (await openMemo(file, { now: ahead, digest: counter.digest })).digestFile(path);
    t.equal(counter.count, 0, 'and is mended by the next save');
  }
});

t.test('what cannot be digested', async (t) => {
  const top = temporaryDirectory(t);
  const memo = await openMemo(join(top, 'memo.json'));
  await t.rejects(memo.digestFile(join(top, 'nowhere')), { code: 'source-unreadable' });
  await t.rejects(memo.digestFile(top), { code: 'source-unreadable' });
  await memo.save();
  t.notOk(existsSync(join(top, 'memo.json')), 'nothing learnt, nothing written');
});

t.test('a directory can be scanned through a memo', async (t) => {
  const top = temporaryDirectory(t);
  writeFileSync(join(top, 'a'), 'a');
  writeFileSync(join(top, 'b'), 'b');
  const counter = counting();
  const memo = await openMemo(join(top, '..', 'unused.json'), { now: ahead, digest: counter.digest });
  const first = await scanTree(top, { digestFile: memo.digestFile });
  t.same(await scanTree(top, { digestFile: memo.digestFile }), first);
  t.equal(counter.count, 2);
});
