/**
 * Locks between the processes of one machine, as files.
 *
 * A lock appears under its name by link(2), all its content with it, so there is never half a lock. Its owner is told
 * by process number and start time. When the owner is dead the lock is stale, and a waiter removes it, itself holding
 * the lock `<name>~break` meanwhile: without that, a second waiter that saw the same stale lock could remove the one
 * which the first has taken since. Should a process die while it breaks a lock, its own `~break` lock is stale, and is
 * broken in the same way, under `<name>~break2`; and so on, as often as processes may die.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Layout } from './layout.js';
import { type ProcessIdentity, processState, thisProcess } from './process-identity.js';
import { guard, StoreError, storeErrorOf, systemCode } from './store-error.js';
import { temporaryName } from './temporary.js';

export interface LockOptions {
  /** Ends the wait; the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called once for every owner that is waited for. An owner on another host is waited for, dead or alive. */
  readonly onWait?: (owner: { readonly pid: number; readonly host: string }) => void;
}

export interface Lock {
  /** Gives the lock back. A second call does nothing. */
  release(): Promise<void>;
}

interface Owner extends ProcessIdentity {
  /** Tells apart two locks that one process takes in turn. */
  readonly token: string;
}

const firstPause_ms = 25;
const longestPause_ms = 250;

/**
 * Waits until nobody else holds `name`, then holds it. Not reentrant, and no queue: of several that wait any may be next.
 * @throws StoreError `store-not-writable`, `disk-full`, `locks-unsupported`
 */
export async function acquireLock(layout: Layout, name: string, options: LockOptions = {}): Promise<Lock> {
  return acquire(layout, fileNameOf(name), options);
}

async function acquire(layout: Layout, file: string, { signal, onWait }: LockOptions): Promise<Lock> {
  const path = join(layout.locks, file);
  const owner: Owner = { ...thisProcess, token: randomUUID() };
  let waitedFor: string | undefined;
  let pause_ms = firstPause_ms;
  for (;;) {
    signal?.throwIfAborted();
    if (await tryCreate(layout, path, owner)) return { release: () => release(path, owner.token) };
    const held = await readOwner(path);
    if (held === 'none') continue;
    if (held === 'unreadable' || processState(held) === 'dead') {
      await breakStale(layout, file, held, signal);
      continue;
    }
    if (held.token !== waitedFor) {
      waitedFor = held.token;
      onWait?.({ pid: held.pid, host: held.host });
    }
    await delay(pause_ms, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
    pause_ms = Math.min(longestPause_ms, pause_ms * 1.5);
  }
}

async function tryCreate(layout: Layout, path: string, owner: Owner): Promise<boolean> {
  const temporary = join(layout.tmp, temporaryName());
  return guard('writing the store', layout.locks, async () => {
    try {
      // Not synced: after a loss of power there is no owner either.
      await writeFile(temporary, JSON.stringify(owner), { flag: 'wx', mode: 0o644 });
      await link(temporary, path);
      return true;
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EEXIST') return false;
      if (code === 'ENOENT') {
        await mkdir(layout.locks, { recursive: true });
        await mkdir(layout.tmp, { recursive: true });
        return false;
      }
      if (noLinks.has(code ?? '')) throw unsupported(layout, error);
      throw error;
    } finally {
      await rm(temporary, { force: true }).catch(() => {});
    }
  });
}

const noLinks = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EPERM']);

function unsupported(layout: Layout, cause: unknown): StoreError {
  return new StoreError(
    'locks-unsupported',
    `${layout.locks} cannot hold hard links, which locks are made of`,
    'set LAPIDARY_HOME to a folder on another file system',
    { cause },
  );
}

async function breakStale(
  layout: Layout,
  file: string,
  stale: Owner | 'unreadable',
  signal?: AbortSignal,
): Promise<void> {
  const path = join(layout.locks, file);
  const breaking = await acquire(layout, breakName(file), signal === undefined ? {} : { signal });
  try {
    const held = await readOwner(path);
    if (held === 'none') return;
    const same = held === 'unreadable' || stale === 'unreadable' ? held === stale : held.token === stale.token;
    if (same) await guard('writing the store', path, () => unlink(path));
  } finally {
    await breaking.release();
  }
}

/** The lock that one holds who breaks the lock `file`. Numbered, since a name that grew each time would grow too long. */
function breakName(file: string): string {
  const breaking = /^(.*~break)(\d*)$/.exec(file);
  return breaking ? `${breaking[1]}${Number(breaking[2] || 1) + 1}` : `${file}~break`;
}

/** Removes the locks of dead processes, which nobody may ever ask for again. */
export async function sweepStaleLocks(layout: Layout): Promise<void> {
  for (const file of await guard('reading the store', layout.locks, () => readdir(layout.locks))) {
    const held = await readOwner(join(layout.locks, file));
    if (held === 'none' || (held !== 'unreadable' && processState(held) !== 'dead')) continue;
    await breakStale(layout, file, held);
  }
}

async function release(path: string, token: string): Promise<void> {
  const held = await readOwner(path);
  if (typeof held === 'string' || held.token !== token) return;
  await guard('writing the store', path, () => rm(path, { force: true }));
}

/** A lock is linked whole, so an unreadable one is what a loss of power left of it: it has no owner. */
async function readOwner(path: string): Promise<Owner | 'none' | 'unreadable'> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'none';
    throw storeErrorOf(error, 'reading the store', path);
  }
  try {
    const { pid, host, space, start, token } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return 'unreadable';
    if (typeof host !== 'string' || typeof space !== 'string') return 'unreadable';
    if (typeof start !== 'string' || typeof token !== 'string') return 'unreadable';
    return { pid, host, space, start, token };
  } catch {
    return 'unreadable';
  }
}

/** Short plain names stay readable. `~` is never in one, so `~break` cannot clash with a name that somebody gave. */
function fileNameOf(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) return name;
  return `~${createHash('sha256').update(name).digest('hex')}`;
}
