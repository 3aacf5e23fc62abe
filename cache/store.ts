/**
 * The store: content under its digest, results under their key, locks and scratch, all in one folder. This module
 * opens one and ties its parts together; what each does is said where it is done.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Digest, digestForm } from './digest.js';
import { type Layout, layoutOf, objectPath } from './layout.js';
import { acquireLock, type Lock, type LockOptions } from './lock.js';
import { hasObject, readTree } from './objects.js';
import { type PublishOptions, publish, publishContent } from './publish.js';
import { restore } from './restore.js';
import { discardScratch, openScratch } from './scratch.js';
import { guard, guardSync, StoreError } from './store-error.js';
import { sweepTemporary, writeAtomically } from './temporary.js';
import { openTraceStore, type TraceStore } from './trace-store.js';
import type { Tree } from './tree.js';

export interface Store {
  /** Absolute path. */
  readonly root: string;
  readonly layout: Layout;
  readonly traces: TraceStore;
  /** Absolute path of the folder that records of runs go to. */
  readonly runsDirectory: string;
  /**
   * Brings a file, or a directory and all below it, into the store. What is there already is not written again.
   * @throws StoreError and leaves nothing half-published
   */
  publish(path: string, options?: PublishOptions): Promise<Digest>;
  /** As `publish`, of the content of a file that is held in memory. */
  publishContent(bytes: Uint8Array): Promise<Digest>;
  /** Whether the content is there: for a directory, its tree and all that it names. */
  has(digest: Digest): Promise<boolean>;
  /** As `has`, at once. */
  hasSync(digest: Digest): boolean;
  /** Absolute path of a file's content, which is read-only; whether it is there, `has` tells. */
  fileOf(digest: Digest): string;
  /** All entries of a directory, sorted by code points of their paths. */
  readTree(digest: Digest): Promise<Tree>;
  readTreeSync(digest: Digest): Tree;
  /** Puts the content at `destination`, writable and independent of the store, in place of what is there. */
  restore(digest: Digest, destination: string): Promise<void>;
  /** Holds `name` against all other processes of this machine. */
  lock(name: string, options?: LockOptions): Promise<Lock>;
  /** Absolute path of the scratch folder of a key, made when there is none. */
  scratch(key: string): string;
  discardScratch(key: string): Promise<void>;
}

/** Version of the layout and of the formats of trees and traces. */
const storeVersion = 1;

/**
 * Opens the store at `root`, which is made when there is none, and removes what crashed processes left half-written.
 * @throws StoreError `store-newer`, `store-unreadable`, `store-not-writable`, `disk-full`
 */
export async function openStore(root: string): Promise<Store> {
  const layout = layoutOf(resolve(root));
  await prepare(layout);
  return {
    root: layout.root,
    layout,
    traces: openTraceStore(layout),
    runsDirectory: layout.runs,
    publish: (path, options) => publish(layout, path, options),
    publishContent: (bytes) => publishContent(layout, bytes),
    has: async (digest) => hasObject(layout, digest),
    hasSync: (digest) => hasObject(layout, digest),
    fileOf: (digest) => fileOf(layout, digest),
    readTree: async (digest) => readTree(layout, digest),
    readTreeSync: (digest) => readTree(layout, digest),
    restore: (digest, destination) => restore(layout, digest, destination),
    lock: (name, options) => acquireLock(layout, name, options),
    scratch: (key) => openScratch(layout, key),
    discardScratch: (key) => discardScratch(layout, key),
  };
}

function fileOf(layout: Layout, digest: Digest): string {
  if (digestForm(digest) !== 'file') throw new TypeError(`a directory is no single file in the store: ${digest}`);
  return objectPath(layout, digest);
}

async function prepare(layout: Layout): Promise<void> {
  // Before anything is written: a newer store must stay as it is.
  const fresh = !hasVersion(layout);
  guardSync('writing the store', layout.root, () => {
    for (const folder of [layout.objects, layout.traces, layout.runs, layout.work, layout.locks, layout.tmp]) {
      mkdirSync(folder, { recursive: true });
    }
  });
  await guard('writing the store', layout.root, async () => {
    // The store lies within a work tree, and must never be committed.
    if (!existsSync(layout.gitignore)) await writeAtomically(layout.gitignore, '*\n', layout.tmp);
    if (fresh) await writeAtomically(layout.version, `${storeVersion}\n`, layout.tmp);
  });
  await guard('reading the store', layout.root, async () => {
    await sweepTemporary(layout.tmp);
    // A memo may be kept here, and is written through a file beside it.
    await sweepTemporary(layout.root);
  });
}

/** Whether the store has a version yet, which must be one that this program knows. */
function hasVersion(layout: Layout): boolean {
  if (!existsSync(layout.version)) return false;
  const text = guardSync('reading the store', layout.version, () => readFileSync(layout.version, 'utf8')).trim();
  if (!/^[1-9][0-9]{0,8}$/.test(text)) {
    throw new StoreError(
      'store-unreadable',
      `${layout.version} does not hold the version of a store: ${JSON.stringify(text.slice(0, 40))}`,
      `check that ${layout.root} is a store; if it is one, write ${storeVersion} into that file`,
    );
  }
  if (Number(text) > storeVersion) {
    throw new StoreError(
      'store-newer',
      `the store ${layout.root} has version ${text}; this program knows versions up to ${storeVersion}`,
      'update the program, or set LAPIDARY_HOME to another folder',
    );
  }
  return true;
}
