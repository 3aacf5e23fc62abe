/** Of the sources of a node, those on this machine and those on others; the latter are checked as far as they are written. */
import type { SourceSpec } from './kind.js';
import { hostOf, type Remotes } from './remote.js';

export interface SeparatedSources {
  readonly local: readonly SourceSpec[];
  /** Patterns that a host has to be asked about. */
  readonly remote: readonly string[];
  readonly problems: readonly {
    readonly pattern: string;
    readonly pointer: string;
    /** As the end of a sentence about the pattern. */
    readonly problem: string;
    readonly hint?: string | undefined;
  }[];
}

export function separateRemote(specs: readonly SourceSpec[], remotes: Remotes | undefined): SeparatedSources {
  const local: SourceSpec[] = [];
  const remote: string[] = [];
  const problems: SeparatedSources['problems'][number][] = [];
  for (const { patterns, pointer } of specs) {
    const here: string[] = [];
    for (const pattern of patterns) {
      const bare = pattern.replace(/^!/, '');
      const host = hostOf(bare, remotes);
      const parts = host?.parse(bare);
      if (parts === undefined) here.push(pattern);
      else if ('problem' in parts) problems.push({ pattern: bare, pointer, ...parts });
      else remote.push(pattern);
    }
    if (here.some((pattern) => !pattern.startsWith('!'))) local.push({ patterns: here, pointer });
    else if (here.length > 0) {
      const problem = 'takes away files of this machine, and there are none before it';
      problems.push({ pattern: here[0]!.slice(1), pointer, problem });
    }
  }
  return { local, remote, problems };
}
