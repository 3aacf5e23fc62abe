/** Looks up content in the store. */
import { type BigIntStats, lstatSync, readFileSync, type Stats } from 'node:fs';
import { type Digest, digestForm } from './digest.js';
import { type Layout, objectPath } from './layout.js';
import { guardSync, StoreError } from './store-error.js';
import { decodeTree, digestTree, flattenTree, type Tree, type TreeItem } from './tree.js';

/** Whether the content is there: for a directory, its tree object and all that it names, whole. */
export function hasObject(layout: Layout, digest: Digest): boolean {
  if (digestForm(digest) === 'file') return isFile(objectPath(layout, digest));
  try {
    return readTreeItems(layout, digest).every((item) => item.kind === 'symlink' || hasObject(layout, item.digest));
  } catch (error) {
    if (error instanceof StoreError) return false;
    throw error;
  }
}

function isFile(path: string): boolean {
  const found: Stats | BigIntStats | undefined = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true;
}

/**
 * One level of a tree.
 * @throws StoreError `object-missing`, or `object-corrupt` when the text does not have that digest
 */
export function readTreeItems(layout: Layout, digest: Digest): readonly TreeItem[] {
  if (digestForm(digest) !== 'directory') throw new TypeError(`not the digest of a directory: ${digest}`);
  const path = objectPath(layout, digest);
  const text = guardSync('reading the store', path, () => readFileSync(path, 'utf8'));
  const items = digestTree(text) === digest ? decodeTree(text) : undefined;
  if (items === undefined) throw corrupt(digest, path);
  return items;
}

/** All entries of a tree, flattened. Throws as `readTreeItems` does. */
export function readTree(layout: Layout, digest: Digest): Tree {
  return flattenTree(digest, (tree) => readTreeItems(layout, tree));
}

export function corrupt(digest: Digest, path: string): StoreError {
  return new StoreError(
    'object-corrupt',
    `${path} does not hold the content that ${digest} names`,
    'remove that file, and run the pipeline again to make it anew',
  );
}
