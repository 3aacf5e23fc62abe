/**
 * `<pipeline>.lock.json`: beside the pipeline, under git, what each node came to. One sorted block a node, so that two
 * branches that touch different nodes merge.
 */
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { guard } from '../cache/store-error.js';
import type { Diagnostic } from './diagnostic.js';
import type { RunResult } from './execute.js';
import type { Plan } from './plan.js';
import type { Pins } from './remote.js';
import { fail, type Result, succeed } from './result.js';

export interface LockFile {
  readonly version: 1;
  readonly experiment: string;
  readonly nodes: Readonly<
    Record<
      string,
      { readonly recipe: string; readonly key: string; readonly outputs: Readonly<Record<string, string>> }
    >
  >;
  /** What each pattern of files on other machines was when it was looked up. */
  readonly sources?: Pins;
}

/** `pipelines/capitals.yaml` → `pipelines/capitals.lock.json`. */
export function lockPath(pipelineFile: string): string {
  return `${pipelineFile.replace(/\.ya?ml$/i, '')}.lock.json`;
}

/** The lock file beside a pipeline; `undefined` when there is none or it is not one. */
export function readLock(pipelineFile: string): LockFile | undefined {
  const path = lockPath(pipelineFile);
  return existsSync(path) ? parseLock(readFileSync(path, 'utf8')) : undefined;
}

/** A lock file's content; `undefined` when the text is none, such as one with the marks of a merge conflict. */
export function parseLock(text: string): LockFile | undefined {
  try {
    const lock = JSON.parse(text) as LockFile;
    return lock.version === 1 && typeof lock.nodes === 'object' && lock.nodes !== null ? lock : undefined;
  } catch {
    return undefined;
  }
}

/** Why the lock file beside a pipeline cannot be read; `undefined` where it can, or where there is none. */
export function lockProblem(pipelineFile: string): Diagnostic | undefined {
  const path = lockPath(pipelineFile);
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  if (parseLock(text)) return undefined;
  const problem = (code: Diagnostic['code'], what: string, hint: string, start = 0): Diagnostic => ({
    code,
    severity: 'error',
    message: `The lock file ${what}`,
    location: { file: path, start, end: Math.min(text.length, start + 7) },
    hint,
  });
  const mark = /^(?:<{7}|={7}|>{7})(?= |$)/m.exec(text);
  if (mark) {
    const hint = 'Run once without --frozen: it writes the file anew, from what the store has.';
    return problem('lock-conflict', 'has the marks of a merge conflict', hint, mark.index);
  }
  if (/"version":\s*(?:[2-9]|\d\d)/.test(text.slice(0, 100))) {
    return problem('lock-newer', 'was written by a newer version of Lapidary', 'Update Lapidary.');
  }
  return problem('lock-unreadable', 'cannot be read', 'Restore it from git, or run once without --frozen.');
}

/** The lock that a finished run gives; `undefined` when not every node has a result. */
export function lockOf(plan: Plan, result: RunResult): LockFile | undefined {
  const sorted = [...plan.nodes].sort((a, b) => (a.node.id < b.node.id ? -1 : 1));
  const nodes: Record<string, LockFile['nodes'][string]> = {};
  for (const { node, recipe } of sorted) {
    const { key, trace } = result.nodes.get(node.id)!;
    if (!key || !trace) return undefined;
    nodes[node.id] = { recipe, key, outputs: sortKeys(trace.outputs) };
  }
  const pinned = Object.keys(plan.pins).length > 0 ? { sources: plan.pins } : {};
  return { version: 1, experiment: plan.experiment, nodes, ...pinned };
}

/** Writes the lock unless it says the same already. */
export async function writeLock(
  pipelineFile: string,
  lock: LockFile,
): Promise<{ readonly text: string; readonly changed: boolean }> {
  const path = lockPath(pipelineFile);
  const text = `${JSON.stringify(lock, null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return { text, changed: false };
  const temporary = `${path}.${process.pid}.tmp`;
  await guard('writing the destination', path, async () => {
    await writeFile(temporary, text);
    await rename(temporary, path);
  });
  return { text, changed: true };
}

/** For `--frozen`: the plan must be the one that the lock file holds. */
export function checkFrozen(plan: Plan, lock: LockFile | undefined): Result<LockFile> {
  const problem = (message: string): Diagnostic => ({
    code: 'frozen-lock-differs',
    severity: 'error',
    message,
    hint: 'Run once without --frozen, look at the change of the lock file, and commit it.',
  });
  if (!lock) return fail([problem(`there is no readable lock file ${lockPath(plan.pipeline.file)}`)]);
  const ids = new Set(plan.nodes.map(({ node }) => node.id));
  const differing = [
    ...plan.nodes.flatMap(({ node, recipe }) => {
      const locked = lock.nodes[node.id];
      if (!locked) return [`the node ${node.id} is not in the lock file`];
      return locked.recipe === recipe ? [] : [`the node ${node.id} has changed since the lock file was written`];
    }),
    ...Object.keys(lock.nodes).flatMap((id) => (ids.has(id) ? [] : [`the node ${id} of the lock file is gone`])),
  ];
  return differing.length > 0 ? fail(differing.map(problem)) : succeed(lock);
}

function sortKeys(value: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
