/** What git knows of the state that a run started from. */
import { execFile } from 'node:child_process';
import { type Digest, digestBytes } from '../cache/digest.js';

export interface GitState {
  readonly commit: string;
  /** Absent on a detached head. */
  readonly branch?: string;
  /** Tracked files differ from the commit, or untracked ones lie beside them. */
  readonly dirty: boolean;
  /** Digest of `git diff HEAD`, so that two dirty states can be told apart; absent when clean. */
  readonly diff?: Digest;
}

/** A difference beyond this is as good as unknown. */
const maximumOutput_bytes = 1 << 28;

/** Reads the state of the work tree at `directory`; `undefined` outside git, or before the first commit. */
export async function readGitState(directory: string): Promise<GitState | undefined> {
  // Every run asks, also one that has nothing to do; loading execa would take longer than all that git does here.
  const git = (...args: string[]): Promise<string | undefined> =>
    new Promise((resolve) => {
      execFile('git', args, { cwd: directory, maxBuffer: maximumOutput_bytes }, (error, stdout) =>
        resolve(error ? undefined : stdout.replace(/\n$/, '')),
      );
    });
  const [commit, branch, status] = await Promise.all([
    git('rev-parse', 'HEAD'),
    git('symbolic-ref', '--short', '-q', 'HEAD'),
    git('status', '--porcelain'),
  ]);
  if (commit === undefined) return undefined;
  const dirty = (status ?? '') !== '';
  const text = dirty ? await git('diff', 'HEAD') : undefined;
  const diff = text === undefined ? undefined : digestBytes(text);
  return { commit, ...(branch ? { branch } : {}), dirty, ...(diff ? { diff } : {}) };
}
