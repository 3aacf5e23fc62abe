/**
 * What a pipeline file brings with it: users' modules and other pipelines that its nodes name by path. They are loaded, and
 * what these bring with them, before anything is resolved.
 */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Diagnostic, Location } from './diagnostic.js';
import { pipelinePattern } from './expand.js';
import { isObject } from './json.js';
import { child } from './json-pointer.js';
import type { Kind } from './kind.js';
import { parse } from './parse.js';
import { readSource } from './source.js';
import { similarFile } from './source-files.js';
import type { ParsedFile } from './spec.js';
import type { ModuleLoader, UserModule } from './user-code/load-module.js';
import { kindOfDescription } from './user-code/user-kind.js';

export interface Library {
  /** As written under `uses` → the kind of a user's module. */
  readonly kinds: ReadonlyMap<string, Kind>;
  /** As written under `uses` → the pipeline. */
  readonly parts: ReadonlyMap<string, PartFile>;
  /** What could not be loaded; `diagnostics` say why. */
  readonly failed: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute paths of the files that were read. */
  readonly paths: readonly string[];
}

/** A pipeline that another one uses. */
export interface PartFile {
  readonly file: ParsedFile;
  readonly library: Library;
}

export const modulePattern = /\.[cm]?[jt]s$/;

/** Pipelines within pipelines beyond this are most likely a mistake. */
const maximumDepth = 8;

/** Loads what stands under the `uses` of nodes as a path. `chain` is the file, behind the pipelines that use it. */
export async function openLibrary(
  file: ParsedFile,
  modules: ModuleLoader | undefined,
  chain: readonly string[] = [realPath(file.source.file)],
): Promise<Library> {
  const kinds = new Map<string, Kind>();
  const parts = new Map<string, PartFile>();
  const failed = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const paths: string[] = [];
  const loaded = await Promise.all(
    [...pathsUsed(file)].map(async ([uses, pointer]) => {
      const path = resolve(dirname(file.source.file), uses);
      const found = pipelinePattern.test(uses)
        ? await loadPart(path, uses, modules, chain)
        : await loadKind(path, uses, modules);
      return { uses, pointer, ...found };
    }),
  );
  for (const { uses, pointer, kind, part, ...found } of loaded) {
    if (kind) kinds.set(uses, kind);
    else if (part) parts.set(uses, part);
    else failed.add(uses);
    paths.push(...found.paths);
    const use = { message: `\`${uses}\` is used here`, location: file.positions.value(pointer) };
    diagnostics.push(...found.diagnostics.map((each) => atUse(each, use)));
  }
  return { kinds, parts, failed, diagnostics, paths };
}

/** Paths under `uses` → pointer of the first use. */
function pathsUsed({ value }: ParsedFile): ReadonlyMap<string, string> {
  const used = new Map<string, string>();
  const nodes = isObject(value) && isObject(value.nodes) ? value.nodes : {};
  for (const [id, node] of Object.entries(nodes)) {
    if (!isObject(node) || typeof node.uses !== 'string' || !/^\.{0,2}\//.test(node.uses)) continue;
    if (!used.has(node.uses)) used.set(node.uses, child(child('/nodes', id), 'uses'));
  }
  return used;
}

interface Loaded {
  readonly kind?: Kind;
  readonly part?: PartFile;
  readonly diagnostics: readonly Diagnostic[];
  readonly paths: readonly string[];
}

function refuse(path: string, code: Diagnostic['code'], message: string, hint?: string): Loaded {
  return {
    diagnostics: [{ code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) }],
    paths: [path],
  };
}

async function loadPart(
  path: string,
  uses: string,
  modules: ModuleLoader | undefined,
  chain: readonly string[],
): Promise<Loaded> {
  if (!existsSync(path)) {
    return refuse(path, 'file-not-found', `There is no file \`${uses}\``, await similarFile(path, uses));
  }
  const real = realPath(path);
  if (chain.includes(real)) {
    const round = [...chain.slice(chain.indexOf(real)), real].map((each) => `\`${basename(each)}\``).join(' → ');
    return refuse(path, 'cycle', `The pipeline uses itself: ${round}`, 'Remove one of these uses.');
  }
  if (chain.length > maximumDepth) {
    return refuse(path, 'invalid-value', `Pipelines use one another more than ${maximumDepth} levels deep`);
  }
  const source = await readSource(path);
  const parsed = source.ok ? parse(source.value) : source;
  if (!parsed.ok) return { diagnostics: parsed.diagnostics, paths: [path] };
  const library = await openLibrary(parsed.value, modules, [...chain, real]);
  return {
    part: { file: parsed.value, library },
    diagnostics: [...parsed.warnings, ...library.diagnostics],
    paths: [path, ...library.paths],
  };
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

async function loadKind(path: string, uses: string, modules: ModuleLoader | undefined): Promise<Loaded> {
  if (!modulePattern.test(uses)) {
    const hint = 'A node uses a kind, a module (`.ts`, `.js`), or a pipeline (`.yaml`).';
    return refuse(path, 'unknown-kind', `\`${uses}\` is no kind of node`, hint);
  }
  const module = await loadUserModule(path, uses, modules);
  const { code, description, diagnostics, paths } = module;
  if (description?.is === 'function') {
    const hint = '`data.map` and `data.filter` take one as their `function`; a node is made by `defineNode`.';
    return refuse(path, 'code-no-node', `\`${uses}\` exports a function, not a node`, hint);
  }
  if (!code || description?.is !== 'node' || diagnostics.some(({ severity }) => severity === 'error')) {
    return { diagnostics, paths };
  }
  return { kind: { ...kindOfDescription(path, description.node), code }, diagnostics, paths };
}

/** The module in `path`, which is `written` in a pipeline; what it exports is usable where there is no error. */
export async function loadUserModule(
  path: string,
  written: string,
  modules: ModuleLoader | undefined,
): Promise<UserModule> {
  const error = (code: Diagnostic['code'], message: string, hint?: string): Diagnostic => ({
    code,
    severity: 'error',
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  if (!existsSync(path)) {
    const hint = await similarFile(path, written);
    return { diagnostics: [error('file-not-found', `There is no file \`${written}\``, hint)], paths: [path] };
  }
  if (!modules) throw new Error('no loader of modules was handed in');
  const module = await modules.load(path);
  if (module.description?.is !== 'unusable') return module;
  const problems = module.description.problems.map((problem) =>
    error('code-no-node', `\`${written}\` cannot be used: ${problem}`),
  );
  return { ...module, diagnostics: [...module.diagnostics, ...problems] };
}

/** A finding in a file that a pipeline names: with the place that names it, first or beside its own. */
export function atUse(
  diagnostic: Diagnostic,
  use: { readonly message: string; readonly location: Location },
): Diagnostic {
  if (!diagnostic.location) return { ...diagnostic, location: use.location };
  return { ...diagnostic, related: [...(diagnostic.related ?? []), use] };
}
