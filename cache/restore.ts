/**
 * Brings content out of the store, as files that belong to the user: a reflink where the file system has them, else a
 * copy, never a link that an edit would carry back into the store.
 */
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Digest, digestFile, digestForm } from './digest.js';
import { type Layout, objectPath } from './layout.js';
import { corrupt, hasObject, readTree } from './objects.js';
import { guard, StoreError, systemCode } from './store-error.js';
import { sweepTemporary, temporaryName } from './temporary.js';

/**
 * Puts the content of `digest` at `destination`, whose missing parents are made. What is there already is replaced as
 * a whole, and only when all of the new content is written beside it.
 * @throws StoreError `object-missing`, `object-corrupt`, `destination-not-writable`, `disk-full`
 */
export async function restore(layout: Layout, digest: Digest, destination: string): Promise<void> {
  const target = resolve(destination);
  const prefix = `.${basename(target)}`;
  if (!hasObject(layout, digest)) throw missing(digest);
  await guard('writing the destination', target, async () => {
    await mkdir(dirname(target), { recursive: true });
    await sweepTemporary(dirname(target), `${prefix}.`);
    const temporary = join(dirname(target), temporaryName(prefix));
    try {
      if (digestForm(digest) === 'file') await copyOut(layout, digest, temporary, 0o666);
      else await copyTree(layout, digest, temporary);
      await replace(temporary, target, join(dirname(target), temporaryName(prefix)));
    } finally {
      await rm(temporary, { recursive: true, force: true }).catch(() => {});
    }
  });
}

async function copyTree(layout: Layout, digest: Digest, target: string): Promise<void> {
  await mkdir(target);
  // A directory precedes what is in it, and a link within the tree is never written through: paths are distinct.
  for (const entry of readTree(layout, digest)) {
    const path = join(target, entry.path);
    if (entry.kind === 'directory') await mkdir(path);
    else if (entry.kind === 'symlink') await symlink(entry.target, path);
    else await copyOut(layout, entry.digest, path, entry.kind === 'executable' ? 0o777 : 0o666);
  }
}

async function copyOut(layout: Layout, digest: Digest, path: string, mode: number): Promise<void> {
  const object = objectPath(layout, digest);
  await copyFile(object, path, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await chmod(path, mode & ~process.umask());
  if ((await digestFile(path)) !== digest) throw corrupt(digest, object);
}

/** Renames `from` to `to`. A directory cannot be renamed over, so what is in the way steps `aside` for a moment. */
async function replace(from: string, to: string, aside: string): Promise<void> {
  try {
    return await rename(from, to);
  } catch (error) {
    if (!inTheWay.has(systemCode(error) ?? '')) throw error;
  }
  await rename(to, aside);
  try {
    await rename(from, to);
  } catch (error) {
    await rename(aside, to);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

const inTheWay = new Set(['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM']);

function missing(digest: Digest): StoreError {
  return new StoreError(
    'object-missing',
    `the store does not have ${digest}, or not all of it`,
    'run the pipeline again to make it anew',
  );
}
