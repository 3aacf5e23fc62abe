/**
 * Digests of files, remembered: a file whose (device, inode, size, mtime, ctime) are as they were is not read again.
 *
 * A file system stamps a change with a clock that stands still for a while, its grain: some milliseconds on ext4, two
 * seconds on FAT. Within one grain a file may change twice and carry one stamp. So a digest is remembered, and believed,
 * only for a file whose stamps lie further back than the coarsest grain; git calls such younger files racy. A user may
 * set mtime to anything, but not ctime, which every change and every setting of mtime moves on.
 */
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { decodeChecked, encodeChecked } from './checked-json.js';
import { type Digest, digestFile, parseDigest } from './digest.js';
import { guard, StoreError, systemCode } from './store-error.js';
import { writeAtomically } from './temporary.js';

/** The grain of FAT, the coarsest in use. */
const grain_ns = 2_000_000_000n;
/** The most files that are remembered; those used least recently are forgotten first. */
const capacity = 200_000;
/** How often a file that changes while it is read is read again. */
const attempts = 5;

export interface Memo {
  /** Digest of the file's content, of a link's target; concurrent calls for one file share the work. */
  digestFile(path: string): Promise<Digest>;
  /** Writes what was learnt, if anything was. */
  save(): Promise<void>;
}

/** For tests: another clock, and another way to read a file. */
export interface MemoOptions {
  /** Nanoseconds since 1970. */
  readonly now?: () => bigint;
  readonly digest?: (path: string) => Promise<Digest>;
}

interface Remembered {
  readonly stamp: string;
  readonly digest: Digest;
}

/** A digest that was just made. `settled`: nobody can change the file any more without changing its stamp. */
interface Reading {
  readonly digest: Digest;
  readonly settled: boolean;
}

/** Opens the memo kept in `file`. One that is missing, or does not make sense, is an empty memo. */
export async function openMemo(file: string, options: MemoOptions = {}): Promise<Memo> {
  const now = options.now ?? (() => BigInt(Date.now()) * 1_000_000n);
  const digest = options.digest ?? digestFile;
  const remembered = await load(file);
  const readings = new Map<string, Promise<Reading>>();
  let changed = false;

  const stampOf = async (path: string): Promise<{ readonly text: string; readonly settled: boolean }> => {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const settledBefore = now() - grain_ns;
    return {
      text: [dev, ino, size, mtimeNs, ctimeNs].join(' '),
      settled: mtimeNs < settledBefore && ctimeNs < settledBefore,
    };
  };

  const read = async (path: string): Promise<Reading> => {
    let before = await stampOf(path);
    const known = remembered.get(path);
    if (known?.stamp === before.text && before.settled) {
      // Set anew, so that the map's order is that of use.
      remembered.delete(path);
      remembered.set(path, known);
      return { digest: known.digest, settled: true };
    }
    for (let attempt = 0; attempt < attempts; attempt++) {
      const found = await digest(path);
      const after = await stampOf(path);
      if (after.text === before.text) {
        // Settled before it was read, not after: only then has every change since moved the stamp.
        if (before.settled) {
          remembered.set(path, { stamp: before.text, digest: found });
          changed = true;
        } else if (remembered.delete(path)) {
          changed = true;
        }
        return { digest: found, settled: before.settled };
      }
      before = after;
    }
    throw new StoreError('source-changing', `${path} changes all the time`, 'wait until it is written, then run again');
  };

  const start = (path: string): Promise<Reading> => {
    const reading = guard('reading the source', path, () => read(path)).finally(() => readings.delete(path));
    readings.set(path, reading);
    return reading;
  };

  return {
    async digestFile(relative) {
      const path = resolve(relative);
      const running = readings.get(path);
      if (running === undefined) return (await start(path)).digest;
      // It began before this call: an edit in between may have come too late for it, and left the stamp as it was.
      const earlier = await running;
      if (earlier.settled) return earlier.digest;
      return (await (readings.get(path) ?? start(path))).digest;
    },
    async save() {
      if (!changed) return;
      const directory = dirname(resolve(file));
      changed = false;
      try {
        await guard('writing the store', file, async () => {
          await mkdir(directory, { recursive: true });
          await writeAtomically(file, encode(remembered), directory);
        });
      } catch (error) {
        changed = true;
        throw error;
      }
    },
  };
}

function encode(remembered: ReadonlyMap<string, Remembered>): string {
  const files = [...remembered].slice(-capacity).map(([path, { stamp, digest }]) => [path, stamp, digest]);
  return encodeChecked({ version: 1, files });
}

async function load(file: string): Promise<Map<string, Remembered>> {
  const remembered = new Map<string, Remembered>();
  try {
    const value = decodeChecked(await readFile(file, 'utf8')) as { version?: unknown; files?: unknown } | undefined;
    if (value?.version !== 1 || !Array.isArray(value.files)) return remembered;
    for (const item of value.files as unknown[]) {
      const [path, stamp, spelled] = Array.isArray(item) ? (item as unknown[]) : [];
      const digest = typeof spelled === 'string' ? parseDigest(spelled) : undefined;
      if (typeof path !== 'string' || typeof stamp !== 'string' || digest === undefined) continue;
      remembered.set(path, { stamp, digest });
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
  return remembered;
}
