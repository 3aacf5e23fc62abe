/**
 * Brings the sources of a past run back, into a folder of their own: the commit as git has it, the changes that the
 * tree had then, the pipeline as it was read, and the files that its nodes read, from the store that kept them.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type Digest, digestFile, parseDigest } from '../../cache/digest.js';
import type { Store } from '../../cache/store.js';
import { git } from '../git.js';
import type { Project } from '../project.js';
import type { RunRecord } from '../record.js';

export interface WorkTree {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  /** Names of source files that could not be brought back → why. */
  readonly lost: ReadonlyMap<string, string>;
}

export interface BringBack {
  readonly project: Project;
  readonly store: Store;
  /** An empty folder to work in. */
  readonly folder: string;
}

/** All of a commit. `undefined` when it does not hold the pipeline file. */
export async function treeOfCommit(
  commit: string,
  pipelineFile: string,
  { project, folder }: BringBack,
): Promise<WorkTree | undefined> {
  const top = join(folder, 'tree');
  await mkdir(top, { recursive: true });
  await checkOut(commit, top, project, folder);
  const file = join(top, pipelineFile);
  if (!existsSync(file)) return undefined;
  await linkPackages(project.top, top, dirname(pipelineFile));
  return { file, lost: new Map() };
}

export async function treeOfRun(record: RunRecord, { project, store, folder }: BringBack): Promise<WorkTree> {
  const sources = sourcesOf(record);
  const home = dirname(record.pipeline.file);
  // A source may lie above the project, and must then have a place above the tree that is still within the folder.
  const files = Object.entries(record.pipeline.files ?? {});
  const names = [...[...sources.keys()].map((name) => join(home, name)), ...files.map(([name]) => name)];
  const above = Math.max(0, ...names.map(levelsAbove));
  const top = join(folder, 'tree', ...Array<string>(above).fill('outside'));
  await mkdir(top, { recursive: true });
  if (record.git) await checkOut(record.git.commit, top, project, folder, changesOf(record, store));
  const file = join(top, record.pipeline.file);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, record.pipeline.text);
  const lost = new Map<string, string>();
  for (const [name, digest] of sources) {
    const original = resolve(project.top, home, name);
    const why = await bringBackFile(digest, original, resolve(dirname(file), name), store);
    if (why !== undefined) lost.set(name, why);
  }
  for (const [name, digest] of files) {
    const why = await bringBackFile(digest, join(project.top, name), join(top, name), store);
    if (why !== undefined) lost.set(name, why);
  }
  await linkPackages(project.top, top, home);
  return { file, lost };
}

/** The files that a run read by a path relative to the pipeline, with the digests that they had. */
function sourcesOf(record: RunRecord): ReadonlyMap<string, Digest> {
  const files = Object.values(record.nodes).flatMap(({ components }) => components?.sources ?? []);
  return new Map(
    files.flatMap(({ name, digest }) => {
      const parsed = parseDigest(digest);
      const elsewhere = /^[a-z][a-z0-9]+:/.test(name) || isAbsolute(name);
      return parsed === undefined || elsewhere ? [] : [[name, parsed] as const];
    }),
  );
}

function levelsAbove(path: string): number {
  return relative('.', path)
    .split(sep)
    .filter((part) => part === '..').length;
}

/** Puts the file in its place with the bytes that it had; returns why that cannot be done. */
async function bringBackFile(
  digest: Digest,
  original: string,
  destination: string,
  store: Store,
): Promise<string | undefined> {
  const has = async (path: string) => existsSync(path) && (await digestFile(path)) === digest;
  if (await has(destination)) return undefined;
  await mkdir(dirname(destination), { recursive: true });
  if (store.hasSync(digest)) {
    await store.restore(digest, destination);
    return undefined;
  }
  if (existsSync(original)) await copyFile(original, destination);
  else if (!existsSync(destination)) await writeFile(destination, '');
  if (await has(destination)) return undefined;
  const now = existsSync(original) ? 'was edited' : 'is gone';
  return `${now}, and neither git nor the store has it as it was (${digest})`;
}

function changesOf({ git: state }: RunRecord, store: Store): string | undefined {
  return state?.diff !== undefined && store.hasSync(state.diff) ? store.fileOf(state.diff) : undefined;
}

/** Writes all files of a commit, and then the changes to them. A commit that is gone leaves the folder empty. */
async function checkOut(
  commit: string,
  top: string,
  project: Project,
  folder: string,
  changes?: string,
): Promise<void> {
  const directory = (await git(project.top, ['rev-parse', '--absolute-git-dir']))?.trimEnd();
  if (directory === undefined) return;
  // An index of its own: that of the user's work tree stays as it is.
  const environment = { GIT_DIR: directory, GIT_WORK_TREE: top, GIT_INDEX_FILE: join(folder, 'index') };
  if ((await git(top, ['read-tree', commit], environment)) === undefined) return;
  await git(top, ['checkout-index', '--all', '--force'], environment);
  if (changes !== undefined) await git(top, ['apply', '--whitespace=nowarn', changes], environment);
}

/** Installed packages are not brought back: those of the project are used, and what they ship is compared by digest. */
async function linkPackages(from: string, to: string, home: string): Promise<void> {
  for (let at = home; ; at = dirname(at)) {
    const [packages, link] = [join(from, at, 'node_modules'), join(to, at, 'node_modules')];
    if (existsSync(packages) && !existsSync(link)) {
      await mkdir(dirname(link), { recursive: true });
      await symlink(packages, link);
    }
    if (at === '.' || at === dirname(at)) return;
  }
}
