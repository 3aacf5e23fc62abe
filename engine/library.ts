/** The kinds that a pipeline file brings with it: modules that its nodes name by path. They are loaded before it is resolved. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Diagnostic } from './diagnostic.js';
import { isObject } from './json.js';
import { child } from './json-pointer.js';
import type { Kind } from './kind.js';
import { similarFile } from './source-files.js';
import type { ParsedFile } from './spec.js';
import type { ModuleLoader, UserModule } from './user-code/load-module.js';
import { kindOfDescription } from './user-code/user-kind.js';

export interface Library {
  /** As written under `uses` → the kind. */
  readonly kinds: ReadonlyMap<string, Kind>;
  /** What could not be loaded; `diagnostics` say why. */
  readonly failed: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute paths of the files that were read. */
  readonly paths: readonly string[];
}

export const modulePattern = /\.[cm]?[jt]s$/;

/** Loads what stands under the `uses` of nodes as a path. */
export async function openLibrary(file: ParsedFile, modules: ModuleLoader | undefined): Promise<Library> {
  const kinds = new Map<string, Kind>();
  const failed = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const paths: string[] = [];
  const loaded = await Promise.all(
    [...pathsUsed(file)].map(async ([uses, pointer]) => ({ uses, pointer, ...(await loadKind(uses, file, modules)) })),
  );
  for (const { uses, pointer, kind, ...found } of loaded) {
    if (kind) kinds.set(uses, kind);
    else failed.add(uses);
    paths.push(...found.paths);
    diagnostics.push(...found.diagnostics.map((each) => atUse(each, file, pointer, `\`${uses}\``)));
  }
  return { kinds, failed, diagnostics, paths };
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

interface LoadedKind {
  readonly kind?: Kind;
  readonly diagnostics: readonly Diagnostic[];
  readonly paths: readonly string[];
}

async function loadKind(uses: string, file: ParsedFile, modules: ModuleLoader | undefined): Promise<LoadedKind> {
  const path = resolve(dirname(file.source.file), uses);
  const refuse = (code: Diagnostic['code'], message: string, hint?: string): LoadedKind => ({
    diagnostics: [{ code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) }],
    paths: [path],
  });
  if (!modulePattern.test(uses)) {
    return refuse('unknown-kind', `\`${uses}\` is no kind of node`, 'A node uses a kind, or a module (`.ts`, `.js`).');
  }
  const module = await loadUserModule(path, uses, modules);
  const { code, description, diagnostics, paths } = module;
  if (description?.is === 'function') {
    const hint = '`data.map` and `data.filter` take one as their `function`; a node is made by `defineNode`.';
    return refuse('code-no-node', `\`${uses}\` exports a function, not a node`, hint);
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
export function atUse(diagnostic: Diagnostic, file: ParsedFile, pointer: string, what: string): Diagnostic {
  const location = file.positions.value(pointer);
  if (!diagnostic.location) return { ...diagnostic, location };
  return { ...diagnostic, related: [...(diagnostic.related ?? []), { message: `${what} is used here`, location }] };
}
