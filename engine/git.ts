/** What git knows of the state that a run started from. */
import { execa } from 'execa';
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

/** Reads the state of the work tree at `directory`; `undefined` outside git, or before the first commit. */
export async function readGitState(directory: string): Promise<GitState | undefined> {
  const git = async (...args: string[]) => {
    const { stdout, exitCode } = await execa('git', args, { cwd: directory, reject: false, stripFinalNewline: true });
    return exitCode === 0 ? stdout : undefined;
  };
  const [commit, branch, status] = await Promise.all([
    git('rev-parse', 'HEAD'),
    git('symbolic-ref', '--short', '-q', 'HEAD'),
    git('status', '--porcelain'),
  ]);
  if (commit === undefined) return undefined;
  const dirty = (status ?? '') !== '';
  const diff = dirty ? digestBytes((await git('diff', 'HEAD')) ?? '') : undefined;
  return { commit, ...(branch ? { branch } : {}), dirty, ...(diff ? { diff } : {}) };
}
