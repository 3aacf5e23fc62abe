/**
 * Directories as content. A tree object is a text that lists one directory's entries with their digests; a directory
 * within it is named by the digest of its own tree object, so the digest of the topmost names all that is below it.
 *
 * Kept: names, bytes, whether a file is executable, the text of a symbolic link, and empty directories. Not kept:
 * times, owners, other permissions. A link is never followed.
 */
import { createHash } from 'node:crypto';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { compareCodePoints } from './code-point-order.js';
import { type Digest, digestFile, digestForm, makeDigest, parseDigest } from './digest.js';
import { guard, StoreError } from './store-error.js';

/** One line of a tree object. */
export type TreeItem =
  | { readonly name: string; readonly kind: 'file' | 'executable' | 'directory'; readonly digest: Digest }
  | { readonly name: string; readonly kind: 'symlink'; readonly target: string };

/** One entry of a whole tree: `path` is relative to its top and `/`-separated. */
export type TreeEntry =
  | { readonly path: string; readonly kind: 'file' | 'executable'; readonly digest: Digest }
  | { readonly path: string; readonly kind: 'symlink'; readonly target: string }
  | { readonly path: string; readonly kind: 'directory' };

/** All entries below a directory, itself not among them, by code points of their paths: a directory precedes its own. */
export type Tree = readonly TreeEntry[];

const treeVersion = 1;

/** The text of a tree object: the same for the same entries, whatever order they come in. */
export function encodeTree(items: readonly TreeItem[]): string {
  const sorted = [...items].sort((a, b) => compareCodePoints(a.name, b.name));
  // Fields are named one by one, so that their order in the text never depends on how an item was made.
  const lines = sorted.map((item) =>
    item.kind === 'symlink'
      ? JSON.stringify({ name: item.name, kind: item.kind, target: item.target })
      : JSON.stringify({ name: item.name, kind: item.kind, digest: item.digest }),
  );
  return `{"version":${treeVersion},"entries":[${lines.map((line) => `\n${line}`).join(',')}\n]}\n`;
}

export function digestTree(text: string): Digest {
  return makeDigest('directory', createHash('sha256').update(text).digest('hex'));
}

/**
 * The entries that a tree object lists, or `undefined` when the text is none: not JSON, of another version, or with a
 * name that could lead out of its directory.
 */
export function decodeTree(text: string): TreeItem[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { version, entries } = (value ?? {}) as { version?: unknown; entries?: unknown };
  if (version !== treeVersion || !Array.isArray(entries)) return undefined;
  const items = entries.map(decodeItem);
  const names = new Set(items.map((item) => item?.name));
  return items.every((item) => item !== undefined) && names.size === items.length ? items : undefined;
}

function decodeItem(value: unknown): TreeItem | undefined {
  const { name, kind, digest: spelled, target } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || !isSafeName(name)) return undefined;
  if (kind === 'symlink') return typeof target === 'string' ? { name, kind, target } : undefined;
  const digest = typeof spelled === 'string' ? parseDigest(spelled) : undefined;
  if (digest === undefined) return undefined;
  if (kind === 'directory') return digestForm(digest) === 'directory' ? { name, kind, digest } : undefined;
  if (kind !== 'file' && kind !== 'executable') return undefined;
  return digestForm(digest) === 'file' ? { name, kind, digest } : undefined;
}

function isSafeName(name: string): boolean {
  const separators = process.platform === 'win32' ? /[/\\:\0]/ : /[/\0]/;
  return name !== '' && name !== '.' && name !== '..' && !separators.test(name);
}

/** What to do with the parts of a directory, from the leaves up. */
export interface TreeVisitor {
  file(path: string): Promise<Digest>;
  tree(digest: Digest, text: string): Promise<void>;
}

/** The digest of the directory at `path`, every file and tree object of which passes through `visitor`. */
export async function foldDirectory(path: string, visitor: TreeVisitor): Promise<Digest> {
  const items: TreeItem[] = [];
  const directories: string[] = [];
  const names = await readNames(path);
  for (let start = 0; start < names.length; start += batchWidth) {
    const batch = names.slice(start, start + batchWidth);
    const found = await settleAll(batch.map((name) => foldLeaf(path, name, visitor)));
    found.forEach((item, index) => {
      if (item === 'directory') directories.push(batch[index]!);
      else items.push(item);
    });
  }
  // One after the other, so that a wide and deep tree opens no more files at a time than a batch holds.
  for (const name of directories) {
    items.push({ name, kind: 'directory', digest: await foldDirectory(join(path, name), visitor) });
  }
  const text = encodeTree(items);
  const digest = digestTree(text);
  await visitor.tree(digest, text);
  return digest;
}

const batchWidth = 32;

/** As `Promise.all`, but a failure is only told once nothing of the batch runs any more. */
async function settleAll<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

async function foldLeaf(directory: string, name: string, visitor: TreeVisitor): Promise<TreeItem | 'directory'> {
  const path = join(directory, name);
  const stat = await guard('reading the source', path, () => lstat(path));
  if (stat.isDirectory()) return 'directory';
  if (stat.isFile()) {
    return { name, kind: stat.mode & 0o100 ? 'executable' : 'file', digest: await visitor.file(path) };
  }
  if (stat.isSymbolicLink()) {
    const target = await guard('reading the source', path, () => readlink(path, { encoding: 'buffer' }));
    return { name, kind: 'symlink', target: decodeUtf8(target, path) };
  }
  throw new StoreError(
    'source-unsupported',
    `${path} is neither a file, a directory nor a symbolic link`,
    'remove it: a socket, a pipe or a device has no content that could be kept',
  );
}

async function readNames(directory: string): Promise<string[]> {
  const names = await guard('reading the source', directory, () => readdir(directory, { encoding: 'buffer' }));
  return names.map((name) => decodeUtf8(name, directory));
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array, place: string): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new StoreError(
      'source-unsupported',
      `${place} has a name that is not UTF-8: ${Buffer.from(bytes).toString('latin1')}`,
      'rename it: such a name cannot be written down in a way that every machine reads alike',
    );
  }
}

/**
 * Lists all entries of a tree, given a way to look up tree objects.
 * @param read throws when there is no such tree object
 */
export function flattenTree(digest: Digest, read: (digest: Digest) => readonly TreeItem[]): Tree {
  const entries: TreeEntry[] = [];
  const visit = (tree: Digest, prefix: string): void => {
    for (const { name, ...rest } of read(tree)) {
      const path = prefix + name;
      if (rest.kind !== 'directory') entries.push({ path, ...rest });
      else {
        entries.push({ path, kind: rest.kind });
        visit(rest.digest, `${path}/`);
      }
    }
  };
  visit(digest, '');
  return entries.sort((a, b) => compareCodePoints(a.path, b.path));
}

/** A directory as it is now, published nowhere. */
export async function scanTree(
  directory: string,
  options: { readonly digestFile?: (path: string) => Promise<Digest> } = {},
): Promise<{ readonly digest: Digest; readonly entries: Tree }> {
  const trees = new Map<Digest, readonly TreeItem[]>();
  const digest = await foldDirectory(directory, {
    file: (path) => guard('reading the source', path, () => (options.digestFile ?? digestFile)(path)),
    tree: async (tree, text) => {
      trees.set(tree, decodeTree(text)!);
    },
  });
  return { digest, entries: flattenTree(digest, (tree) => trees.get(tree)!) };
}
