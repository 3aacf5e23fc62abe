import { readFileSync } from 'node:fs';
import t from 'tap';
import { digestBytes } from '../../cache/digest.js';
import { openStore } from '../../cache/store.js';
import { type Download, download } from '../../engine/download.js';
import type { RemoteHost } from '../../engine/remote.js';

const content = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));

/** A host that gives pieces of `sent`; after each number of bytes in `breaks` it breaks off once. */
function hostOf(breaks: number[], sent = content) {
  const starts: number[] = [];
  const host = {
    async *read(_location: string, _commit: string, _path: string, start: number) {
      starts.push(start);
      const end = breaks.shift();
      for (let at = start; at < sent.length; at += 100) {
        if (end !== undefined && at >= end) throw new Error('the line is dead');
        yield sent.subarray(at, Math.min(at + 100, sent.length));
      }
    },
  } as unknown as RemoteHost;
  return { host, starts };
}

function task(host: RemoteHost, rest: Partial<Download> = {}): Download {
  const file = { path: 'x.bin', size: content.length };
  return {
    host,
    location: 'far:x@1',
    commit: 'c',
    file,
    wanted: digestBytes(content),
    signal: new AbortController().signal,
    ...rest,
  };
}

t.test('a download that breaks off goes on where it was, and is whole at the end', async (t) => {
  const store = await openStore(t.testdir());
  const { host, starts } = hostOf([300, 700]);
  const told: number[] = [];
  const digest = await download(store, task(host, { onProgress: (bytes) => told.push(bytes) }));
  t.same(starts, [0, 300, 700]);
  t.ok(readFileSync(store.fileOf(digest)).equals(content));
  t.same(
    told,
    [...told].sort((a, b) => a - b),
  );
  t.equal(told.at(-1), 1000);
  t.equal(await download(store, task(hostOf([]).host)), digest, 'what is there is not fetched again');
});

t.test('one that brings nothing is given up, and goes on in the next run', async (t) => {
  const store = await openStore(t.testdir());
  const { host, starts } = hostOf([200, 200, 200, 200]);
  await t.rejects(download(store, task(host)), {
    code: 'remote-broken',
    message: /x.bin cannot be fetched: the line is dead/,
  });
  t.same(starts.slice(0, 2), [0, 200]);
  const next = hostOf([]);
  await download(store, task(next.host));
  t.same(next.starts, [200]);
});

t.test('wrong content never enters the store', async (t) => {
  const store = await openStore(t.testdir());
  const wrong = Buffer.alloc(1000, 1);
  await t.rejects(download(store, task(hostOf([], wrong).host)), { code: 'remote-differs' });
  t.notOk(store.hasSync(digestBytes(wrong)));
  await t.rejects(download(store, task(hostOf([], wrong).host, { wanted: async () => false })), {
    code: 'remote-differs',
  });
  const long = Buffer.concat([wrong, content]);
  await t.rejects(download(store, task(hostOf([], long).host)), { code: 'remote-differs' });
  const right = await download(store, task(hostOf([]).host, { wanted: async () => true }));
  t.equal(right, digestBytes(content));
});

t.test('an empty file is a file', async (t) => {
  const store = await openStore(t.testdir());
  const nothing = { file: { path: 'x', size: 0 }, wanted: digestBytes('') };
  t.equal(await download(store, task(hostOf([]).host, nothing)), digestBytes(''));
});
