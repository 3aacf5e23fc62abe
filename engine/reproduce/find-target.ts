/** From what a person types to what is to be reproduced: a run, `COMMIT:FILE`, or an experiment that git knows. */
import { join, relative, sep } from 'node:path';
import { git } from '../git.js';
import type { Project } from '../project.js';
import type { Target } from './reproduce.js';

/** `COMMIT:FILE` as git reads it: from the top of the work tree, or with `./` from `directory`. */
export async function committedTarget(
  text: string,
  project: Project,
  directory: string,
): Promise<Extract<Target, { commit: string }> | { readonly wrong: string }> {
  const colon = text.indexOf(':');
  const [name, path] = [text.slice(0, colon), text.slice(colon + 1)];
  const commit = (await git(project.top, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]))?.trimEnd();
  if (commit === undefined) return { wrong: `git knows no commit ${name} here` };
  const file = /^\.\.?\//.test(path) ? relative(project.top, join(directory, path)).split(sep).join('/') : path;
  if (file === '' || file.startsWith('..')) return { wrong: `${path} does not lie in the work tree` };
  return { commit, file };
}

/** The latest commit, on any branch, whose lock file names an experiment that begins with `hash`. */
export async function targetOfExperiment(hash: string, project: Project): Promise<Target | undefined> {
  if (!/^[0-9a-f]{4,64}$/.test(hash)) return undefined;
  const wanted = `"experiment": "${hash}`;
  const log = await git(project.top, ['log', '--all', '--format=%H', `-G${wanted}`, '--', '*.lock.json']);
  for (const commit of (log ?? '').split('\n').filter(Boolean)) {
    const found = await git(project.top, ['grep', '-l', '-z', '-F', '-e', wanted, commit, '--', '*.lock.json']);
    for (const entry of (found ?? '').split('\0').filter(Boolean)) {
      const stem = entry.slice(commit.length + 1, -'.lock.json'.length);
      for (const file of [`${stem}.yaml`, `${stem}.yml`]) {
        if ((await git(project.top, ['cat-file', '-e', `${commit}:${file}`])) !== undefined) return { commit, file };
      }
    }
  }
  return undefined;
}
