/** What git knows of the state that a run started from. */
import { execFile } from 'node:child_process';
import type { Digest } from '../cache/digest.js';

export interface GitState {
  readonly commit: string;
  /** Absent on a detached head. */
  readonly branch?: string;
  /** Tracked files differ from the commit, or untracked ones lie beside them. */
  readonly dirty: boolean;
  /** Digest of the changes to tracked files, which the store holds; absent when clean. */
  readonly diff?: Digest;
}

/** A difference beyond this is as good as unknown. */
const maximumOutput_bytes = 1 << 28;

/** What `git` prints when it is called so in `directory`, byte for byte as latin1; `undefined` when it fails. */
export function git(
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  // Every run asks, also one that has nothing to do; loading execa would take longer than all that git does here.
  return new Promise((resolve) => {
    const options = { cwd: directory, maxBuffer: maximumOutput_bytes, encoding: 'latin1' } as const;
    execFile('git', args, { ...options, env: { ...process.env, ...environment } }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });
}

/**
 * Reads the state of the work tree at `directory`; `undefined` outside git, or before the first commit. `keep` is given
 * the changes, in a form that `git apply` takes.
 */
export async function readGitState(
  directory: string,
  keep: (changes: Uint8Array) => Promise<Digest>,
): Promise<GitState | undefined> {
  const line = async (...args: string[]) => (await git(directory, args))?.trimEnd();
  const [commit, branch, status] = await Promise.all([
    line('rev-parse', 'HEAD'),
    line('symbolic-ref', '--short', '-q', 'HEAD'),
    line('status', '--porcelain'),
  ]);
  if (commit === undefined) return undefined;
  const dirty = (status ?? '') !== '';
  const changes = dirty ? await git(directory, ['diff', '--binary', 'HEAD']) : undefined;
  const diff = changes === undefined ? undefined : await keep(Buffer.from(changes, 'latin1'));
  return { commit, ...(branch ? { branch } : {}), dirty, ...(diff ? { diff } : {}) };
}
