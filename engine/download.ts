/**
 * Brings a file of another machine into the store. What has come so far is kept in a scratch folder, so that a download
 * that was broken off, or killed, goes on where it was; the file enters the store whole and checked, or not at all.
 */
import { createHash } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestFile } from '../cache/digest.js';
import type { Store } from '../cache/store.js';
import { guard } from '../cache/store-error.js';
import { Failure } from './failure.js';
import type { RemoteFile, RemoteHost } from './remote.js';

export interface Download {
  readonly host: RemoteHost;
  readonly location: string;
  readonly commit: string;
  readonly file: Pick<RemoteFile, 'path' | 'size'>;
  /** What is asked for: content of this digest, or what is found to be right. */
  readonly wanted: Digest | ((local: string) => Promise<boolean>);
  readonly signal: AbortSignal;
  /** Bytes that are there. */
  readonly onProgress?: (bytes: number) => void;
}

/** How often a download that brings nothing new is tried again. */
const tries = 3;

/** Returns the digest under which the store has it. Throws `Failure` `remote-broken`, `remote-differs`. */
export async function download(store: Store, task: Download): Promise<Digest> {
  const { location, commit, file, wanted } = task;
  const name = createHash('sha256').update(`download\n${location}\n${commit}\n${file.path}`).digest('hex');
  const lock = await store.lock(name, { signal: task.signal });
  try {
    // Someone else may have brought it while this one waited.
    if (typeof wanted === 'string' && store.hasSync(wanted)) return wanted;
    const part = join(store.scratch(name), 'part');
    await fill(part, task);
    if (!(await isRight(part, wanted))) {
      await rm(part, { force: true });
      throw new Failure(
        'remote-differs',
        `${location}/${file.path} came with other bytes than its host, or the lock file, says.`,
        'Try again; if it stays so, the file was changed under the same revision.',
      );
    }
    const digest = await store.publish(part, { move: true });
    await store.discardScratch(name);
    return digest;
  } finally {
    await lock.release();
  }
}

/** A part is never longer than the file: `append` takes no more. */
async function fill(part: string, task: Download): Promise<void> {
  await (await open(part, 'a')).close();
  const { size, path } = task.file;
  let broken: unknown;
  for (let idle = 0, before = -1; ; ) {
    const there = await sizeOf(part);
    if (there === size) return;
    idle = there > before ? 0 : idle + 1;
    if (idle === tries) break;
    before = there;
    try {
      await append(part, there, task);
    } catch (error) {
      if (error instanceof Failure || task.signal.aborted || isOfDisk(error)) throw error;
      broken = error;
    }
  }
  const why = broken instanceof Error ? broken.message : `it ended after ${await sizeOf(part)} of ${size} bytes`;
  throw new Failure(
    'remote-broken',
    `${task.location}/${path} cannot be fetched: ${why}.`,
    'Run again; it goes on where it was.',
  );
}

async function append(part: string, start: number, task: Download): Promise<void> {
  const { host, location, commit, file, signal } = task;
  const output = await open(part, 'a');
  let bytes = start;
  try {
    for await (const piece of host.read(location, commit, file.path, start, signal)) {
      // A host that sends more than it said would fill the disk.
      if (bytes + piece.length > file.size)
        throw new Error(`it is longer than the ${file.size} bytes that it should have`);
      await guard('writing the store', part, () => output.appendFile(piece));
      bytes += piece.length;
      task.onProgress?.(bytes);
    }
  } finally {
    await output.close();
  }
}

function isOfDisk(error: unknown): boolean {
  return (error as { name?: unknown } | undefined)?.name === 'StoreError';
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function isRight(local: string, wanted: Download['wanted']): Promise<boolean> {
  return typeof wanted === 'string' ? (await digestFile(local)) === wanted : wanted(local);
}
