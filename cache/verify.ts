/** Reads all of a store again, and tells what is not as it should be. Mends nothing. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestFile, digestForm, makeDigest } from './digest.js';
import { objectPath } from './layout.js';
import { hasObject, readTreeItems } from './objects.js';
import type { Store } from './store.js';
import { guard, StoreError } from './store-error.js';
import { readTrace } from './trace-store.js';

export interface StoreProblem {
  readonly digest: Digest;
  /**
   * `corrupt`: its bytes are not those that its name promises; `unreadable`: they cannot be read; `missing`: it is not
   * there, though a tree or a trace names it.
   */
  readonly problem: 'corrupt' | 'unreadable' | 'missing';
  /** Absolute path of the object, or of the tree or the trace that names what is missing. */
  readonly path: string;
}

/** Every problem of the store's objects, and every output of a trace that is not all there. Reads every byte. */
export async function* verifyStore(store: Store): AsyncIterable<StoreProblem> {
  for await (const name of namesBelow(store.layout.objects)) {
    const match = /^([0-9a-f]{64})(\.tree)?$/.exec(name);
    if (match !== null) yield* verifyObject(store, makeDigest(match[2] ? 'directory' : 'file', match[1]!));
  }
  for await (const name of namesBelow(store.layout.traces)) {
    const path = join(store.layout.traces, name.slice(0, 2), name);
    for (const digest of Object.values(readTrace(path)?.outputs ?? {})) {
      if (!hasObject(store.layout, digest)) yield { digest, problem: 'missing', path };
    }
  }
}

async function* verifyObject(store: Store, digest: Digest): AsyncIterable<StoreProblem> {
  const path = objectPath(store.layout, digest);
  try {
    if (digestForm(digest) === 'directory') {
      for (const item of readTreeItems(store.layout, digest)) {
        if (item.kind === 'symlink' || existsSync(objectPath(store.layout, item.digest))) continue;
        yield { digest: item.digest, problem: 'missing', path };
      }
    } else if ((await guard('reading the store', path, () => digestFile(path))) !== digest) {
      yield { digest, problem: 'corrupt', path };
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'object-missing') return; // Removed since it was listed.
    yield { digest, problem: error.code === 'object-corrupt' ? 'corrupt' : 'unreadable', path };
  }
}

/** Names of the files in the folders `aa`, `ab`, … of `directory`. */
async function* namesBelow(directory: string): AsyncIterable<string> {
  for (const shard of (await readdir(directory)).sort()) {
    if (/^[0-9a-f]{2}$/.test(shard)) yield* (await readdir(join(directory, shard))).sort();
  }
}
