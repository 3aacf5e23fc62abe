/** Patterns of source files → the files, so that what a node reads from outside the store is known before it runs. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareCodePoints } from '../cache/code-point-order.js';
import type { SourceSpec } from './kind.js';
import { suggest } from './nearest.js';

export interface FoundFile {
  /** The path relative to the pipeline's folder, `/`-separated; absolute where it was written so; `npm:<package>/<path>`. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
}

export interface MissingFile {
  readonly pattern: string;
  /** JSON pointer into the node's `with`. */
  readonly pointer: string;
  readonly hint?: string;
}

export interface SourceFiles {
  /** Sorted by code points of the name. */
  readonly files: readonly FoundFile[];
  /** Patterns that match nothing. */
  readonly missing: readonly MissingFile[];
}

/**
 * The files that `specs` name, seen from `pipelineDirectory`. Patterns are read in order: one with `!` takes away what
 * it matches, a later one may add it again.
 */
export async function expandSources(specs: readonly SourceSpec[], pipelineDirectory: string): Promise<SourceFiles> {
  const found = new Map<string, FoundFile>();
  const missing: MissingFile[] = [];
  for (const spec of specs) {
    const own = new Map<string, FoundFile>();
    let complete = true;
    for (const pattern of spec.patterns) {
      const negated = pattern.startsWith('!');
      const result = await expandPattern(negated ? pattern.slice(1) : pattern, pipelineDirectory);
      for (const file of result.files) {
        if (negated) own.delete(file.path);
        else own.set(file.path, file);
      }
      if (negated || result.files.length > 0) continue;
      complete = false;
      missing.push({ pattern, pointer: spec.pointer, ...(result.hint === undefined ? {} : { hint: result.hint }) });
    }
    if (complete && own.size === 0) {
      const pattern = spec.patterns.join(', ');
      missing.push({ pattern, pointer: spec.pointer, hint: 'The patterns with `!` take every file away.' });
    }
    for (const file of own.values()) found.set(file.path, file);
  }
  return { files: [...found.values()].sort((a, b) => compareCodePoints(a.name, b.name)), missing };
}

interface Expansion {
  readonly files: readonly FoundFile[];
  readonly hint?: string | undefined;
}

async function expandPattern(pattern: string, directory: string): Promise<Expansion> {
  if (!pattern.startsWith('npm:')) {
    const absolute = isAbsolute(pattern);
    return matchBelow(directory, pattern, (path) => (absolute ? path : slashed(relative(directory, path))));
  }
  const match = /^npm:((?:@[^/]+\/)?[^/@.][^/]*)\/(.+)$/.exec(pattern);
  const [, name = '', path = ''] = match ?? [];
  if (match === null) return { files: [], hint: 'Write `npm:<package>/<path>`.' };
  if (posix.normalize(path).startsWith('..')) return { files: [], hint: 'A path may not leave its package.' };
  const folder = await packageFolder(name, directory);
  if (folder === undefined) {
    return { files: [], hint: `The package \`${name}\` is not installed. Run \`npm install ${name}\`.` };
  }
  return matchBelow(folder, path, (file) => `npm:${name}/${slashed(relative(folder, file))}`);
}

async function matchBelow(folder: string, pattern: string, nameOf: (path: string) => string): Promise<Expansion> {
  const literal = resolve(folder, pattern);
  const kind = await entryKind(literal);
  // A name that happens to hold `[` or `*` is a name first.
  if (kind === 'file') return { files: [{ name: nameOf(literal), path: literal }] };
  if (kind === 'folder')
    return { files: [], hint: `It is a folder. For the files in it, write \`${pattern.replace(/\/$/, '')}/*\`.` };
  if (!/[*?[\]{}()!]/.test(pattern)) return { files: [], hint: await similarFile(literal, pattern) };
  // Most pipelines have no pattern, and need not wait for what reads one.
  const { glob } = await import('tinyglobby');
  const paths = await glob([slashed(pattern)], {
    cwd: folder,
    absolute: true,
    dot: false,
    onlyFiles: true,
    expandDirectories: false,
  });
  return {
    files: paths.map((path) => ({ name: nameOf(resolve(path)), path: resolve(path) })),
    hint: 'No file matches the pattern.',
  };
}

async function entryKind(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

/** The nearest name in the folder, or the first part of the path that is not there. */
export async function similarFile(path: string, pattern: string): Promise<string | undefined> {
  const folder = dirname(path);
  try {
    const prefix = pattern.slice(0, pattern.length - basename(pattern).length);
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort(compareCodePoints);
    return suggest(basename(path), names, 'Files there')?.replaceAll(/`([^`]+)`/g, (_, name) => `\`${prefix}${name}\``);
  } catch {
    return folder === path ? undefined : `There is no folder \`${folder}\`.`;
  }
}

/**
 * The folder of an installed package: in the `node_modules` of the pipeline's folder or of one above it, as Node looks
 * for it, and then of this package's own. Its `exports` are passed over: they are about code.
 */
async function packageFolder(name: string, directory: string): Promise<string | undefined> {
  for (const start of [directory, dirname(fileURLToPath(import.meta.url))]) {
    for (let at = resolve(start); ; at = dirname(at)) {
      const candidate = join(at, 'node_modules', name);
      if ((await entryKind(candidate)) === 'folder') return candidate;
      if (at === dirname(at)) break;
    }
  }
  return undefined;
}

function slashed(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
