/** The front half of the engine in one call: file → pipeline, or all that is wrong with it. */
import { dirname, resolve } from 'node:path';
import type { Diagnostic } from './diagnostic.js';
import { expandFile, type LoadOptions } from './expand.js';
import { atValue, type Finding, finding, inOrder, locateFindings } from './finding.js';
import { isObject } from './json.js';
import { child, parent } from './json-pointer.js';
import { atUse, loadUserModule, openLibrary } from './library.js';
import { parse } from './parse.js';
import { type Kinds, resolveNodes, type SettledNode } from './resolve.js';
import { fail, type Result, succeed } from './result.js';
import { readSource } from './source.js';
import { expandSources } from './source-files.js';
import type { ParsedFile, Pipeline, PositionIndex, ResolvedNode, SourceText } from './spec.js';
import { validate } from './validate.js';

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

async function resolvePipeline(
  parsed: ParsedFile,
  catalog: Kinds,
  options: LoadOptions,
  warnings: Extract<Result<ParsedFile>, { ok: true }>['warnings'],
): Promise<Result<Pipeline>> {
  const library = await openLibrary(parsed, options.modules);
  const kinds: Kinds = { kinds: new Map([...catalog.kinds, ...library.kinds]), failed: library.failed };
  const expanded = expandFile(parsed.value, options);
  const shape = validate(expanded.value, expanded.instances, new Set(expanded.broken));
  const earlier = [...expanded.findings, ...shape];
  const { nodes, findings } = resolveNodes(expanded, kinds, earlier, options.environment);
  const located = await findSources(nodes, dirname(parsed.source.file));
  const coded = await loadFunctions(located.nodes, parsed, options);
  const all = [...earlier, ...findings, ...located.findings];
  const positions = redirected(parsed.positions, expanded.inherited);
  const found = [
    ...expanded.diagnostics,
    ...toldOnce([...locateFindings(all, positions, expanded.origin), ...library.diagnostics, ...coded.diagnostics]),
    ...warnings,
  ];
  if (found.some(({ severity }) => severity === 'error')) return fail(inOrder(found, parsed.source.file));
  return succeed(
    {
      name: isObject(expanded.value) ? String(expanded.value.name) : '',
      file: parsed.source.file,
      text: parsed.source.text,
      params: expanded.params,
      nodes: coded.nodes,
      positions,
      dependsOn: [...new Set([...library.paths, ...coded.paths])],
    },
    found,
  );
}

/** What nodes inherit is found where it is written. */
function redirected(positions: PositionIndex, inherited: ReadonlyMap<string, string>): PositionIndex {
  if (inherited.size === 0) return positions;
  const source = (pointer: string): string => {
    for (let at = pointer; at !== ''; at = parent(at)) {
      const from = inherited.get(at);
      if (from !== undefined) return from + pointer.slice(at.length);
    }
    return pointer;
  };
  return { value: (pointer) => positions.value(source(pointer)), key: (pointer) => positions.key(source(pointer)) };
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
  file: ParsedFile,
  options: LoadOptions,
): Promise<{ nodes: ResolvedNode[]; diagnostics: Diagnostic[]; paths: string[] }> {
  const diagnostics: Diagnostic[] = [];
  const paths: string[] = [];
  const withCode = await Promise.all(
    nodes.map(async (node): Promise<ResolvedNode> => {
      const named = node.kind.module?.(node.config);
      if (named === undefined) return node;
      const path = resolve(dirname(file.source.file), named.path);
      const module = await loadUserModule(path, named.path, options.modules);
      const pointer = child(child('/nodes', node.written), 'with') + named.pointer;
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
      diagnostics.push(...[...module.diagnostics, ...wrong].map((each) => atUse(each, file, pointer, named.path)));
      paths.push(...module.paths);
      return module.code ? { ...node, code: module.code } : node;
    }),
  );
  return { nodes: withCode, diagnostics, paths };
}

async function findSources(
  settled: readonly SettledNode[],
  directory: string,
): Promise<{ nodes: ResolvedNode[]; findings: Finding[] }> {
  const nodes: ResolvedNode[] = [];
  const findings: Finding[] = [];
  for (const node of settled) {
    const { files, missing } = await expandSources(node.sources, directory);
    nodes.push({ ...node, files });
    for (const { pattern, pointer, hint } of missing) {
      const place = child(child('/nodes', node.written), 'with') + pointer;
      findings.push(finding('data-file-not-found', atValue(place), `There is no file \`${pattern}\``, { hint }));
    }
  }
  return { nodes, findings };
}
