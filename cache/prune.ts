/**
 * Removes from a store what nobody needs: mark what the given roots reach, sweep the rest.
 *
 * A trace goes before the objects that it names, so that a sweep which is killed leaves misses and never a promise that
 * cannot be kept. What is younger than a grace period stays whatever reaches it: a run that goes on at the same time may
 * have published it for a trace that is still to come. Publishing what is there already makes it young again.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestForm, makeDigest } from './digest.js';
import { type Layout, objectPath } from './layout.js';
import { sweepStaleLocks } from './lock.js';
import { readTreeItems } from './objects.js';
import type { Store } from './store.js';
import { guard, StoreError, systemCode } from './store-error.js';
import { readTrace } from './trace-store.js';

/** What is to stay. */
export interface Roots {
  /** Keys whose traces stay, with all outputs. */
  readonly keys: ReadonlySet<string>;
  /** Content that stays by itself. */
  readonly digests: ReadonlySet<Digest>;
}

export interface PruneOptions {
  /** What was last published within this time stays. */
  readonly grace_ms: number;
  /** Milliseconds since 1970; `Date.now()` by default. */
  readonly now?: number;
  /** Count only. */
  readonly dryRun?: boolean;
}

/** How many were removed, or would be. */
export interface Pruned {
  readonly objects: number;
  readonly traces: number;
  /** Checkpoints of work that nobody goes on with. */
  readonly scratch: number;
  readonly removed_bytes: number;
  /** Size of the objects that stay. */
  readonly kept_bytes: number;
}

/** @throws StoreError `store-not-writable`, and removes no more */
export async function prune(store: Store, roots: Roots, options: PruneOptions): Promise<Pruned> {
  const { layout } = store;
  const before = (options.now ?? Date.now()) - options.grace_ms;
  const removed = { objects: 0, traces: 0, scratch: 0, removed_bytes: 0, kept_bytes: 0 };
  const remove = async (path: string): Promise<void> => {
    if (options.dryRun) return;
    await guard('writing the store', path, () => unlink(path).catch(ignoreMissing));
  };

  const marked = new Set<Digest>(roots.digests);
  for (const path of filesOf(layout.traces)) {
    const trace = readTrace(path);
    const keeps = trace !== undefined && roots.keys.has(trace.key);
    if (keeps || isYoung(path, before)) {
      for (const digest of Object.values(trace?.outputs ?? {})) marked.add(digest);
      continue;
    }
    await remove(path);
    removed.traces++;
  }

  // A young tree keeps what it names, as old as that may be: a run published it just now.
  for (const path of filesOf(layout.objects)) {
    const digest = digestOfPath(path);
    if (digest && digestForm(digest) === 'directory' && isYoung(path, before)) marked.add(digest);
  }
  const reached = closure(layout, marked);
  for (const path of filesOf(layout.objects)) {
    const digest = digestOfPath(path);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!digest || !stat) continue;
    if (reached.has(digest) || stat.mtimeMs > before) {
      removed.kept_bytes += stat.size;
      continue;
    }
    await remove(path);
    removed.objects++;
    removed.removed_bytes += stat.size;
  }
  if (!options.dryRun) await sweepStaleLocks(layout);
  removed.scratch = await pruneScratch(store, roots, before, options.dryRun === true);
  return removed;
}

/** All that `digests` name, directly or within directories. */
function closure(layout: Layout, digests: ReadonlySet<Digest>): Set<Digest> {
  const reached = new Set<Digest>();
  const waiting = [...digests];
  for (let digest = waiting.pop(); digest !== undefined; digest = waiting.pop()) {
    if (reached.has(digest)) continue;
    reached.add(digest);
    if (digestForm(digest) === 'directory') waiting.push(...childrenOf(layout, digest));
  }
  return reached;
}

/** A tree that is missing or damaged names nothing: what depended on it is a miss already. */
function childrenOf(layout: Layout, digest: Digest): Digest[] {
  try {
    return readTreeItems(layout, digest).flatMap((item) => (item.kind === 'symlink' ? [] : [item.digest]));
  } catch (error) {
    if (error instanceof StoreError) return [];
    throw error;
  }
}

/**
 * The scratch of a key that is being worked on is locked, and that of a root may be gone on with, unless there is a result:
 * then whoever made that was killed before clearing up.
 */
async function pruneScratch(store: Store, roots: Roots, before: number, dryRun: boolean): Promise<number> {
  const { layout } = store;
  const locked = new Set(readdirSync(layout.locks));
  let count = 0;
  for (const key of readdirSync(layout.work)) {
    if (!/^[0-9a-f]{64}$/.test(key) || locked.has(key)) continue;
    if (roots.keys.has(key) && store.traces.getSync(key) === undefined) continue;
    // A checkpoint is renamed into a folder within, whose time tells of it.
    const folder = join(layout.work, key);
    if ([folder, ...readdirSync(folder).map((name) => join(folder, name))].some((path) => isYoung(path, before)))
      continue;
    if (!dryRun) await store.discardScratch(key);
    count++;
  }
  return count;
}

function isYoung(path: string, before: number): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.mtimeMs > before;
}

/** Paths of the files in the folders `aa`, `ab`, … of `directory`. */
function* filesOf(directory: string): Generator<string> {
  for (const shard of readdirSync(directory).sort()) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue;
    for (const name of readdirSync(join(directory, shard)).sort()) yield join(directory, shard, name);
  }
}

function digestOfPath(path: string): Digest | undefined {
  const match = /([0-9a-f]{64})(\.tree)?$/.exec(path);
  return match ? makeDigest(match[2] ? 'directory' : 'file', match[1]!) : undefined;
}

function ignoreMissing(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error;
}

/** Removes an object that does not hold what its name promises, so that the next run makes it anew. */
export async function removeObject(store: Store, digest: Digest): Promise<void> {
  const path = objectPath(store.layout, digest);
  await guard('writing the store', path, () => rm(path, { force: true }));
}
