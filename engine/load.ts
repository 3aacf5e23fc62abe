/** The front half of the engine in one call: file → pipeline, or all that is wrong with it. */
import { basename, dirname, resolve } from 'node:path';
import type { Diagnostic } from './diagnostic.js';
import type { LoadOptions } from './expand.js';
import { inOrder } from './finding.js';
import { isObject } from './json.js';
import type { Kind } from './kind.js';
import { atUse, loadUserModule, openLibrary } from './library.js';
import { placeOfValue } from './node-source.js';
import { parse } from './parse.js';
import type { Remotes } from './remote.js';
import type { Kinds } from './resolve.js';
import { kindsOfLibrary, type PlacedNode, resolveFile } from './resolve-file.js';
import { fail, type Result, succeed } from './result.js';
import { separateRemote } from './separate-remote.js';
import { readSource } from './source.js';
import { expandSources } from './source-files.js';
import type { ParsedFile, Pipeline, ResolvedNode, SourceText } from './spec.js';
import { watchEnvironment } from './watched-environment.js';

export type { LoadOptions } from './expand.js';

/** Reads and checks the pipeline in `file`. Looks at source files, but reads none. */
export async function loadPipeline(file: string, catalog: Kinds, options: LoadOptions): Promise<Result<Pipeline>> {
  const source = await readSource(file);
  return source.ok ? loadSource(source.value, catalog, options) : source;
}

/** Checks the text of a pipeline as if it stood in `source.file`. */
export async function loadSource(source: SourceText, catalog: Kinds, options: LoadOptions): Promise<Result<Pipeline>> {
  const parsed = parse(source);
  if (!parsed.ok) return fail(inOrder(parsed.diagnostics, source.file));
  return resolvePipeline(parsed.value, catalog, options, parsed.warnings);
}

/** The kind that a node means by `uses` and a path: a user's module, or a pipeline. */
export async function loadKindAt(
  path: string,
  catalog: Kinds,
  options: LoadOptions,
): Promise<Kind | { readonly diagnostics: readonly Diagnostic[] }> {
  const parsed = parse({
    file: `${path}.use`,
    text: JSON.stringify({ nodes: { kind: { uses: `./${basename(path)}` } } }),
  });
  if (!parsed.ok) return { diagnostics: parsed.diagnostics };
  const library = await openLibrary(parsed.value, options.modules);
  const [kind] = kindsOfLibrary(library, catalog, options).values();
  // The file that uses it is made up, so its places are none.
  const real = library.diagnostics.map(({ related: _, location, ...rest }) => ({
    ...rest,
    ...(location && location.file !== `${path}.use` ? { location } : {}),
  }));
  return kind ?? { diagnostics: real };
}

async function resolvePipeline(
  parsed: ParsedFile,
  catalog: Kinds,
  options: LoadOptions,
  warnings: readonly Diagnostic[],
): Promise<Result<Pipeline>> {
  const library = await openLibrary(parsed, options.modules);
  const { environment, asked } = watchEnvironment(options.environment);
  const resolved = resolveFile(parsed, library, catalog, {
    options: { ...options, environment },
    usedAt: [],
    rows: {},
  });
  const located = await findSources(resolved.nodes, catalog.remotes);
  const coded = await loadFunctions(located.nodes, options);
  const found = [
    ...toldOnce([
      ...resolved.diagnostics,
      ...library.diagnostics,
      ...located.diagnostics,
      ...coded.diagnostics,
      ...(options.asPart ? [] : takesInputs(parsed)),
    ]),
    ...warnings,
  ];
  if (found.some(({ severity }) => severity === 'error')) return fail(inOrder(found, parsed.source.file));
  return succeed(
    {
      name: resolved.name,
      file: parsed.source.file,
      text: parsed.source.text,
      params: resolved.params,
      secrets: resolved.secrets,
      nodes: coded.nodes,
      positions: resolved.positions,
      variables: Object.fromEntries([...asked].map((name) => [name, options.environment[name] ?? null])),
      warned: found.length > 0,
      dependsOn: [...new Set([...library.paths, ...coded.paths])],
    },
    found,
  );
}

/** What has inputs has nothing to run on alone. */
function takesInputs({ value, positions }: ParsedFile): Diagnostic[] {
  if (!isObject(value) || !isObject(value.inputs)) return [];
  return [
    {
      code: 'missing-input',
      severity: 'error',
      message: 'The pipeline takes inputs, so it runs only as a part of another one',
      location: positions.key('/inputs'),
      hint: `Use it there as a node: \`uses: ./${basename(positions.key('/inputs').file)}\`.`,
    },
  ];
}

/** One wrong default is wrong in every node that has it, and told once. */
function toldOnce(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const told = new Set<string>();
  return diagnostics.filter(({ code, message, location }) => {
    const key = JSON.stringify([code, message, location]);
    return !told.has(key) && told.add(key);
  });
}

/** Loads the users' functions that options of nodes name. */
async function loadFunctions(
  nodes: readonly ResolvedNode[],
  options: LoadOptions,
): Promise<{ nodes: readonly ResolvedNode[]; diagnostics: Diagnostic[]; paths: string[] }> {
  const diagnostics: Diagnostic[] = [];
  const paths: string[] = [];
  if (nodes.every(({ kind }) => kind.module === undefined)) return { nodes, diagnostics, paths };
  const withCode = await Promise.all(
    nodes.map(async (node): Promise<ResolvedNode> => {
      const named = node.kind.module?.(node.config);
      if (named === undefined) return node;
      const path = resolve(dirname(node.source.file), named.path);
      const module = await loadUserModule(path, named.path, options.modules);
      const wrong: Diagnostic[] =
        module.description?.is === 'node'
          ? [
              {
                code: 'code-no-function',
                severity: 'error',
                message: `\`${named.path}\` exports a node, not a function`,
                hint: 'Write it under `uses`.',
              },
            ]
          : [];
      const found = [...module.diagnostics, ...wrong];
      diagnostics.push(...found.map((each) => atOption(each, node, named.pointer, `\`${named.path}\` is used here`)));
      paths.push(...module.paths);
      return module.code ? { ...node, code: module.code } : node;
    }),
  );
  return { nodes: withCode, diagnostics, paths };
}

/** Places that every finding about an option of a node has: the option's own, and those that use its file. */
function atOption(diagnostic: Diagnostic, node: PlacedNode, pointer: string, message: string): Diagnostic {
  const { location } = placeOfValue(node, pointer);
  return [{ message, location }, ...node.source.usedAt].reduce(atUse, diagnostic);
}

async function findSources(
  placed: readonly PlacedNode[],
  remotes: Remotes | undefined,
): Promise<{ nodes: ResolvedNode[]; diagnostics: Diagnostic[] }> {
  const nodes: ResolvedNode[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const node of placed) {
    const { local, remote, problems } = separateRemote(node.sources, remotes);
    const { files, missing } = await expandSources(local, dirname(node.source.file));
    nodes.push({ ...node, files, remote });
    const absent = missing.map((each) => ({ ...each, message: `There is no file \`${each.pattern}\`` }));
    const misspelt = problems.map((each) => ({ ...each, message: `\`${each.pattern}\` ${each.problem}` }));
    for (const { pointer, message, hint } of [...misspelt, ...absent]) {
      const wrong = { code: 'data-file-not-found', severity: 'error', message, ...(hint ? { hint } : {}) } as const;
      diagnostics.push(atOption(wrong, node, pointer, ''));
    }
  }
  return { nodes, diagnostics };
}
