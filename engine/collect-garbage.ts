/**
 * What of the store is still needed: the results that lock files name, in the work tree and on every branch and tag, and
 * those of the last runs. All else can be made again, and may be removed.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from 'tinyglobby';
import { type Digest, parseDigest } from '../cache/digest.js';
import { type Pruned, prune, type Roots } from '../cache/prune.js';
import type { Store } from '../cache/store.js';
import { git } from './git.js';
import { parseJson } from './json.js';
import type { KeyComponents } from './key.js';
import { type LockFile, parseLock } from './lock-file.js';
import type { Project } from './project.js';
import { isAlive, type RunRecord, readRecords } from './record.js';

export interface GarbageOptions {
  /** Of how many past runs the results stay. */
  readonly keepRuns: number;
  /** What was made within this time stays. */
  readonly grace_ms: number;
  /** Results of past runs are given up, oldest first, until the objects fit in; what lock files name stays. */
  readonly quota_bytes?: number;
  readonly dryRun?: boolean;
}

export interface Collected extends Pruned {
  /** Past runs whose results stay: fewer than asked for where the quota would not hold them. */
  readonly keptRuns: number;
  /** Lock files found, in the work tree and in git's history. */
  readonly lockFiles: number;
  /** What stays is more than the quota, and none of it may go. */
  readonly overQuota: boolean;
}

/** @throws StoreError */
export async function collectGarbage(project: Project, store: Store, options: GarbageOptions): Promise<Collected> {
  const locks = await findLocks(project);
  const records = [...readRecords(store.runsDirectory)];
  const goesOn = (record: RunRecord): boolean => record.status === 'running' && isAlive(record);
  const running = records.filter(goesOn);
  const finished = records.filter((record) => !goesOn(record)).slice(0, options.keepRuns);
  const { grace_ms, quota_bytes = Number.POSITIVE_INFINITY } = options;
  const rootsWith = (runs: number) => rootsOf(locks, [...running, ...finished.slice(0, runs)], store);

  let keptRuns = finished.length;
  let sizes = await prune(store, rootsWith(keptRuns), { grace_ms, dryRun: true });
  while (sizes.kept_bytes > quota_bytes && keptRuns > 0) {
    keptRuns--;
    sizes = await prune(store, rootsWith(keptRuns), { grace_ms, dryRun: true });
  }
  const pruned = options.dryRun ? sizes : await prune(store, rootsWith(keptRuns), { grace_ms });
  if (!options.dryRun) {
    await forgetOld(store.layout.reproduced, grace_ms);
    for (const folder of [store.layout.code, store.layout.plans])
      await forgetOld(folder, Math.max(grace_ms, unused_ms));
  }
  return { ...pruned, keptRuns, lockFiles: locks.length, overQuota: pruned.kept_bytes > quota_bytes };
}

function rootsOf(locks: readonly LockFile[], records: readonly RunRecord[], store: Store): Roots {
  const keys = new Set<string>();
  const digests = new Set<Digest>();
  const add = (node: { readonly key?: string; readonly outputs?: Readonly<Record<string, string>> }) => {
    if (node.key) keys.add(node.key);
    for (const text of Object.values(node.outputs ?? {})) {
      const digest = parseDigest(text);
      if (digest) digests.add(digest);
    }
  };
  for (const { nodes } of [...locks, ...records]) for (const node of Object.values(nodes)) add(node);
  for (const { git } of records) if (git?.diff) digests.add(git.diff);
  for (const { pipeline } of records) for (const digest of Object.values(pipeline.files ?? {})) digests.add(digest);
  // The record of a run that goes on, or was killed, names no node; its events do.
  for (const record of records)
    if (record.status === 'running') for (const node of nodeEvents(store, record)) add(node);
  for (const key of keys) for (const digest of keptSources(store, key)) digests.add(digest);
  return { keys, digests };
}

/** The files that were read for a result, which `reproduce` brings back. */
function keptSources(store: Store, key: string): Digest[] {
  const components = store.traces.getSync(key)?.components as Partial<KeyComponents> | undefined;
  return (components?.sources ?? []).flatMap(({ digest }) => parseDigest(digest) ?? []);
}

function nodeEvents(store: Store, { run }: RunRecord): { key?: string; outputs?: Record<string, string> }[] {
  const lines = readFileSync(join(store.runsDirectory, run, 'events.ndjson'), 'utf8').split('\n');
  return lines.flatMap((line) => {
    if (!/^\{.*"event":"node\.(started|finished)".*\}$/.test(line)) return [];
    return [parseJson(line) as { key?: string; outputs?: Record<string, string> }];
  });
}

/** A bundle of a user's module that nothing has loaded for this long, or a plan as old, is made anew when it is needed. */
const unused_ms = 7 * 24 * 60 * 60 * 1000;

/**
 * What reproductions gave that came out different is kept for a person to look at, for a while; bundles are stamped when
 * they are loaded.
 */
async function forgetOld(folder: string, grace_ms: number): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < Date.now() - grace_ms) await rm(path, { recursive: true, force: true });
  }
}

/** The lock files of the work tree, and those that any branch or tag holds. */
async function findLocks(project: Project): Promise<LockFile[]> {
  const files = await glob('**/*.lock.json', {
    cwd: project.top,
    absolute: true,
    ignore: ['**/node_modules/**', '**/.git/**', '.lapidary/**'],
  });
  const texts = [...files.sort().map((file) => readFileSync(file, 'utf8')), ...(await committedLocks(project.top))];
  return texts.flatMap((text) => parseLock(text) ?? []);
}

async function committedLocks(top: string): Promise<string[]> {
  const refs = ((await git(top, ['for-each-ref', '--format=%(objectname)'])) ?? '').split('\n').filter(Boolean);
  const blobs = new Set<string>();
  for (const commit of new Set(refs)) {
    const listing = (await git(top, ['ls-tree', '-r', '-z', commit])) ?? '';
    for (const entry of listing.split('\0')) {
      const match = /^\d+ blob ([0-9a-f]+)\t.*\.lock\.json$/s.exec(entry);
      if (match) blobs.add(match[1]!);
    }
  }
  return Promise.all([...blobs].map(async (blob) => (await git(top, ['cat-file', 'blob', blob])) ?? ''));
}
