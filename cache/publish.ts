/**
 * Brings content into the store: temporary file → fsync → rename, a tree object after all that it names. So an object
 * that has its name has all its bytes, whenever the process is killed, and publishing again, or by several at once,
 * does no harm.
 *
 * Directories are not synced: after a loss of power a rename may be undone, and the object is then missing, which is a
 * miss and not an error. It never has wrong bytes.
 */
import { constants, type Stats } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, digestBytes, digestFile } from './digest.js';
import { type Layout, objectPath } from './layout.js';
import { guard, StoreError, storeErrorOf, systemCode } from './store-error.js';
import { temporaryName, writeNew } from './temporary.js';
import { foldDirectory } from './tree.js';

export interface PublishOptions {
  /**
   * The caller needs `path` no more: its files may be moved into the store, which copies nothing. What remains at
   * `path` afterwards is unspecified. Nobody may hold such a file open for writing.
   */
  readonly move?: boolean;
}

/** Publishes a file, or a directory with all that is below it. A link at `path` itself is followed; links below are kept. */
export async function publish(layout: Layout, path: string, options: PublishOptions = {}): Promise<Digest> {
  const source = await guard('reading the source', path, () => stat(path));
  if (source.isDirectory()) {
    return foldDirectory(path, {
      file: (file) => publishFile(layout, file, options),
      tree: (digest, text) => publishBytes(layout, digest, Buffer.from(text)),
    });
  }
  if (source.isFile()) return publishFile(layout, path, options);
  throw new StoreError(
    'source-unsupported',
    `${path} is neither a file nor a directory`,
    'write a file or a directory',
  );
}

/** Files up to this size are read once, hashed and written from memory. */
const smallFile_bytes = 4 << 20;

async function publishFile(layout: Layout, path: string, { move = false }: PublishOptions): Promise<Digest> {
  const source = await guard('reading the source', path, () => lstat(path));
  if (move && canBeMoved(source)) {
    const moved = await publishByMoving(layout, path);
    if (moved !== undefined) return moved;
  }
  if (source.size <= smallFile_bytes) {
    const bytes = await guard('reading the source', path, () => readFile(path));
    return publishContent(layout, bytes);
  }
  return publishByCopying(layout, path);
}

/** Publishes content held in memory. */
export async function publishContent(layout: Layout, bytes: Uint8Array): Promise<Digest> {
  const digest = digestBytes(bytes);
  await publishBytes(layout, digest, bytes);
  return digest;
}

async function publishBytes(layout: Layout, digest: Digest, bytes: Uint8Array): Promise<void> {
  if (await isPresent(layout, digest, bytes.length)) return;
  await throughTemporary(layout, async (temporary) => {
    await guard('writing the store', layout.tmp, () => writeNew(temporary, bytes, 0o444));
    return digest;
  });
}

async function publishByCopying(layout: Layout, path: string): Promise<Digest> {
  const expected = await guard('reading the source', path, () => digestFile(path));
  const { size } = await guard('reading the source', path, () => stat(path));
  if (await isPresent(layout, expected, size)) return expected;
  return throughTemporary(layout, async (temporary) => {
    await guard('writing the store', layout.tmp, () => copyFile(path, temporary, constants.COPYFILE_FICLONE));
    return seal(layout, temporary);
  });
}

/**
 * A file under another name as well stays in the hands of whoever uses that name: a later edit through it would reach
 * into the store.
 */
function canBeMoved(source: Stats): boolean {
  return source.isFile() && source.nlink === 1;
}

/** `undefined` when the file lies on another file system. */
async function publishByMoving(layout: Layout, path: string): Promise<Digest | undefined> {
  const temporary = join(layout.tmp, temporaryName());
  try {
    await rename(path, temporary);
  } catch (error) {
    if (systemCode(error) === 'EXDEV') return undefined;
    throw storeErrorOf(error, 'writing the store', layout.tmp);
  }
  // Hashed where no path-bound writer finds it any more.
  try {
    const digest = await seal(layout, temporary);
    await install(layout, temporary, digest);
    return digest;
  } catch (error) {
    await rename(temporary, path).catch(() => {});
    throw error;
  }
}

/** Makes a temporary file read-only and durable. Its digest is of the bytes that are stored, not of those once read. */
async function seal(layout: Layout, temporary: string): Promise<Digest> {
  return guard('writing the store', layout.tmp, async () => {
    await chmod(temporary, 0o444 & ~process.umask());
    const file = await open(temporary, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    return digestFile(temporary);
  });
}

/** Lets `fill` write a temporary file and name its content, then puts it in place; leaves nothing behind on failure. */
async function throughTemporary(layout: Layout, fill: (temporary: string) => Promise<Digest>): Promise<Digest> {
  const temporary = join(layout.tmp, temporaryName());
  try {
    const digest = await fill(temporary);
    await install(layout, temporary, digest);
    return digest;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

async function install(layout: Layout, temporary: string, digest: Digest): Promise<void> {
  const path = objectPath(layout, digest);
  await guard('writing the store', layout.objects, async () => {
    try {
      await rename(temporary, path);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      await mkdir(dirname(path), { recursive: true });
      await rename(temporary, path);
    }
  });
}

/**
 * An object of another size than its content has was damaged from outside, and is written anew. One that is as it
 * should be is made young again, so that a `prune` going on at the same time leaves it to whoever publishes it now.
 */
async function isPresent(layout: Layout, digest: Digest, size: number): Promise<boolean> {
  const path = objectPath(layout, digest);
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size !== size) return false;
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    (error: unknown) => systemCode(error) !== 'ENOENT',
  );
}
