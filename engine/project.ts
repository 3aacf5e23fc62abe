/** Where a pipeline's store stands, and how its files are named in records. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, parse, relative, resolve, sep } from 'node:path';

/** The top of the git work tree that holds `directory`, if there is one. */
export function findWorkTree(directory: string): string | undefined {
  const { root } = parse(directory);
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === root) return undefined;
  }
}

export interface Project {
  /** Top of the git work tree, or else the pipeline's own folder. */
  readonly top: string;
  /** `.lapidary/` at the top, or LAPIDARY_HOME. */
  readonly storeRoot: string;
}

/** The project that a pipeline, or a command run in `directory`, belongs to. */
export function findProject(directory: string, environment: NodeJS.ProcessEnv = process.env): Project {
  const real = existsSync(directory) ? realpathSync(directory) : resolve(directory);
  const top = findWorkTree(real) ?? real;
  return { top, storeRoot: environment.LAPIDARY_HOME ? resolve(environment.LAPIDARY_HOME) : join(top, '.lapidary') };
}

/** A file's name inside its project, `/`-separated, so that records mean the same on every machine. */
export function nameInProject(project: Project, file: string): string {
  const real = existsSync(file) ? realpathSync(file) : resolve(file);
  return relative(project.top, real).split(sep).join('/');
}
