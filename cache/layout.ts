/** Where things are in a store's folder. */
import { join } from 'node:path';
import { type Digest, digestForm, digestHex } from './digest.js';

export interface Layout {
  readonly root: string;
  readonly objects: string;
  readonly traces: string;
  /** Records of runs; what is in it is the business of those who write them. */
  readonly runs: string;
  /** Scratch, one folder a key. */
  readonly work: string;
  readonly locks: string;
  /** What reproductions gave that came out different, a store each; made when there is one. */
  readonly reproduced: string;
  /** Bundles of users' modules, and what is known of them; made when there is one. */
  readonly code: string;
  /** Plans that stand, a file for each pipeline; made when there is one. */
  readonly plans: string;
  /** On the same file system as the rest, so that a finished file can be renamed into its place. */
  readonly tmp: string;
  readonly version: string;
  readonly gitignore: string;
}

export function layoutOf(root: string): Layout {
  return {
    root,
    objects: join(root, 'objects'),
    traces: join(root, 'traces'),
    runs: join(root, 'runs'),
    work: join(root, 'work'),
    locks: join(root, 'locks'),
    reproduced: join(root, 'reproduced'),
    code: join(root, 'code'),
    plans: join(root, 'plans'),
    tmp: join(root, 'tmp'),
    version: join(root, 'VERSION'),
    gitignore: join(root, '.gitignore'),
  };
}

/** `objects/aa/<hex>` for a file, `objects/aa/<hex>.tree` for a tree object: one never stands in for the other. */
export function objectPath(layout: Layout, digest: Digest): string {
  const hex = digestHex(digest);
  return join(layout.objects, hex.slice(0, 2), digestForm(digest) === 'file' ? hex : `${hex}.tree`);
}

export function tracePath(layout: Layout, key: string): string {
  return join(layout.traces, checkedKey(key).slice(0, 2), `${key}.json`);
}

export function scratchPath(layout: Layout, key: string): string {
  return join(layout.work, checkedKey(key));
}

/** A key becomes part of a path, so nothing but 64 hexadecimal digits may pass. */
function checkedKey(key: string): string {
  if (!/^[0-9a-f]{64}$/.test(key)) throw new TypeError(`not a key, which has 64 hexadecimal digits: ${key}`);
  return key;
}
