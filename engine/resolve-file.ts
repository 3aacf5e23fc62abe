/**
 * One pipeline file → its nodes, those of the pipelines that it uses among them, and all that is wrong with them. Each
 * use of a pipeline is resolved with the values that it is given, and its nodes take the place of the one that uses it.
 */

import { executionSections } from './defaults.js';
import type { Diagnostic, Location } from './diagnostic.js';
import { type ExpandedFile, expandFile, type LoadOptions, secretsOf } from './expand.js';
import { atKey, type Finding, finding, locateFindings } from './finding.js';
import type { GivenParameter } from './interpolate.js';
import { isObject } from './json.js';
import { child, isWithin, parent } from './json-pointer.js';
import type { ArtifactType, Catalog, Kind, RowType } from './kind.js';
import { atUse, type Library, type PartFile } from './library.js';
import { placeOfValue } from './node-source.js';
import { inputsId, inputsKind, partKind } from './parts/part.js';
import { readReference } from './references.js';
import { type Kinds, type Resolution, resolveNodes, type SettledNode } from './resolve.js';
import type { JsonObject, NodeSource, ParsedFile, PositionIndex, Reference } from './spec.js';
import { validate } from './validate.js';

/** A node whose source files have not been looked for yet. */
export type PlacedNode = SettledNode & { readonly source: NodeSource };

export interface FileOutput {
  readonly reference: Reference;
  readonly type: ArtifactType;
  readonly rows?: RowType;
}

export interface ResolvedFile {
  readonly name: string;
  readonly params: JsonObject;
  readonly secrets: readonly string[];
  /** With those of the pipelines that are used; what the file takes itself is referred to as the node `inputs`. */
  readonly nodes: readonly PlacedNode[];
  readonly outputs: ReadonlyMap<string, FileOutput>;
  readonly diagnostics: readonly Diagnostic[];
  readonly positions: PositionIndex;
}

/** What comes from the pipeline around. */
export interface Surroundings {
  readonly options: LoadOptions;
  readonly usedAt: NodeSource['usedAt'];
  /** Row types of what is wired to the file's inputs, where known. */
  readonly rows: Readonly<Record<string, RowType | undefined>>;
}

export function resolveFile(
  file: ParsedFile,
  library: Library,
  catalog: Pick<Catalog, 'kinds'>,
  around: Surroundings,
): ResolvedFile {
  const { options } = around;
  const expanded = withInputs(expandFile(file.value, options));
  const shape = validate(expanded.value, expanded.instances, new Set(expanded.broken));
  const kinds = kindsOf(file, library, catalog, around);
  const earlier = [...expanded.findings, ...shape, ...reservedId(file), ...uselessSections(file, library)];
  const resolution = resolveNodes(expanded, kinds, earlier, options.environment);
  const outputs = readOutputs(expanded, resolution);
  const positions = redirected(file.positions, expanded.inherited);
  const source: NodeSource = {
    file: file.source.file,
    text: file.source.text,
    positions,
    given: new Map([...(options.given ?? [])].map(([name, { place }]) => [name, place])),
    usedAt: around.usedAt,
  };
  const findings = [...earlier, ...resolution.findings, ...outputs.findings];
  const placed = resolution.nodes.filter(({ id }) => id !== inputsId).map((node) => ({ ...node, source }));
  const flat = flatten(placed, expanded, library, catalog, options);
  return {
    name: isObject(expanded.value) ? String(expanded.value.name) : '',
    params: expanded.params,
    secrets: [...new Set([...secretsOf(file.value), ...flat.secrets])],
    nodes: flat.nodes,
    outputs: new Map(
      [...outputs.outputs].map(([name, output]) => [name, { ...output, reference: flat.follow(output.reference) }]),
    ),
    diagnostics: [
      ...expanded.diagnostics,
      ...locateFindings(findings, positions, expanded.origin),
      ...flat.diagnostics,
    ],
    positions,
  };
}

/** `inputs` of the file stand beside its nodes as one of them. */
function withInputs(expanded: ExpandedFile): ExpandedFile {
  if (!isObject(expanded.value) || !isObject(expanded.value.inputs)) return expanded;
  const own = expanded.instances.filter(({ id }) => id !== inputsId);
  const inputs = { id: inputsId, written: inputsId, node: { uses: inputsId }, matrix: new Map() };
  return { ...expanded, instances: [...own, inputs] };
}

function reservedId({ value }: ParsedFile): Finding[] {
  if (!isObject(value) || !isObject(value.inputs) || !isObject(value.nodes) || !(inputsId in value.nodes)) return [];
  const place = atKey(child('/nodes', inputsId));
  return [finding('invalid-value', place, '`inputs` names what the pipeline takes, so no node may be called so')];
}

/** How a node runs is said where it is written. */
function uselessSections({ value }: ParsedFile, library: Library): Finding[] {
  const nodes = isObject(value) && isObject(value.nodes) ? Object.entries(value.nodes) : [];
  return nodes.flatMap(([id, node]) => {
    if (!isObject(node) || typeof node.uses !== 'string' || !library.parts.has(node.uses)) return [];
    return executionSections
      .filter((section) => node[section] !== undefined)
      .map((section) =>
        finding(
          'unknown-key',
          atKey(child(child('/nodes', id), section)),
          `A node that is a pipeline has no \`${section}\``,
          {
            hint: `Write it in \`${node.uses}\`, for the nodes there.`,
          },
        ),
      );
  });
}

/** All that nodes of the file may use: the catalog, users' kinds, and pipelines as kinds. */
function kindsOf(file: ParsedFile, library: Library, catalog: Pick<Catalog, 'kinds'>, around: Surroundings): Kinds {
  const kinds = new Map([...catalog.kinds, ...kindsOfLibrary(library, catalog, around.options)]);
  if (isObject(file.value) && isObject(file.value.inputs)) kinds.set(inputsId, inputsKind(file.value, around.rows));
  return { kinds, failed: library.failed };
}

/** What a file brings with it, as kinds. */
export function kindsOfLibrary(
  library: Library,
  catalog: Pick<Catalog, 'kinds'>,
  options: Pick<LoadOptions, 'environment'>,
): ReadonlyMap<string, Kind> {
  const parts = [...library.parts].map(([uses, part]) => [uses, kindOfPart(uses, part, catalog, options)] as const);
  return new Map([...library.kinds, ...parts]);
}

/** What was found of a use of a pipeline while its types were looked at; a file is resolved once for all who ask the same. */
const outlines = new WeakMap<PartFile, Map<string, ResolvedFile>>();

function kindOfPart(
  uses: string,
  part: PartFile,
  catalog: Pick<Catalog, 'kinds'>,
  { environment }: Pick<LoadOptions, 'environment'>,
): Kind {
  const known = outlines.get(part) ?? new Map<string, ResolvedFile>();
  outlines.set(part, known);
  /** The file with some values for its parameters; only types are of interest. */
  const outline = (config: JsonObject, rows: Surroundings['rows']): ResolvedFile => {
    const memo = JSON.stringify([config, rows], (_, value) => (typeof value === 'bigint' ? String(value) : value));
    const found =
      known.get(memo) ?? resolvePart(part, catalog, { environment, given: givenOf(config), rows, usedAt: [] });
    known.set(memo, found);
    return found;
  };
  const outputs = new Map(
    [...outline({}, {}).outputs].map(([name, { type, reference }]) => {
      const description = `The output ${reference.port} of ${reference.node}.`;
      return [name, { type, description }] as const;
    }),
  );
  return partKind(uses, part.file, outputs, (name, config, rows) => outline(config, rows).outputs.get(name)?.rows);
}

/** Values without places. */
function givenOf(config: JsonObject): ReadonlyMap<string, GivenParameter> {
  const nowhere = { location: { file: '', start: 0, end: 0 }, text: '' };
  return new Map(
    Object.entries(config).map(([name, value]) => [name, { value, environment: [], broken: false, place: nowhere }]),
  );
}

function resolvePart(
  { file, library }: PartFile,
  catalog: Pick<Catalog, 'kinds'>,
  given: Pick<LoadOptions, 'environment' | 'given'> & Pick<Surroundings, 'rows' | 'usedAt'>,
): ResolvedFile {
  const { rows, usedAt, ...options } = given;
  return resolveFile(file, library, catalog, { options, rows, usedAt });
}

function readOutputs(
  { value }: ExpandedFile,
  { targets, rows }: Resolution,
): { readonly outputs: ReadonlyMap<string, FileOutput>; readonly findings: readonly Finding[] } {
  const outputs = new Map<string, FileOutput>();
  const findings: Finding[] = [];
  for (const [name, text] of Object.entries(isObject(value) && isObject(value.outputs) ? value.outputs : {})) {
    if (typeof text !== 'string') continue;
    const found = readReference(text, child('/outputs', name), targets, undefined);
    if (found === undefined) continue;
    if ('code' in found) {
      findings.push(found.code === 'unknown-node' ? withInstances(found, text, targets) : found);
      continue;
    }
    const row = rows.get(found.node)?.get(found.port);
    const { type } = targets.get(found.node)!.kind!.outputs[found.port]!;
    outputs.set(name, { reference: found, type, ...(row === undefined ? {} : { rows: row }) });
  }
  return { outputs, findings };
}

/** An output is one: of a node with a matrix, one instance has to be named. */
function withInstances(found: Finding, text: string, targets: Resolution['targets']): Finding {
  const [id] = text.split('.');
  const instances = [...targets.keys()].filter((each) => each.startsWith(`${id}[`));
  if (instances.length === 0) return found;
  const shown = instances.slice(0, 5).map((each) => `\`${each}\``);
  return {
    ...found,
    message: `\`${id}\` has a matrix, and an output is one of its instances`,
    hint: `Name one: ${shown.join(', ')}${instances.length > shown.length ? ', …' : ''}.`,
  };
}

interface Flat {
  readonly nodes: readonly PlacedNode[];
  readonly secrets: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Where a reference to an output of a pipeline leads. */
  follow(reference: Reference): Reference;
}

/** Puts the nodes of each pipeline that is used in the place of the node that uses it. */
function flatten(
  nodes: readonly PlacedNode[],
  expanded: ExpandedFile,
  library: Library,
  catalog: Pick<Catalog, 'kinds'>,
  { environment }: LoadOptions,
): Flat {
  if (library.parts.size === 0) return { nodes, secrets: [], diagnostics: [], follow: (reference) => reference };
  const diagnostics: Diagnostic[] = [];
  const secrets: string[] = [];
  const uses = new Map<string, number>();
  for (const { written } of nodes) uses.set(written, (uses.get(written) ?? 0) + 1);
  const counted = new Set<string>();
  let total = 0;
  const leads = new Map<string, ReadonlyMap<string, Reference>>();
  const all = nodes.flatMap((node): PlacedNode[] => {
    const part = library.parts.get(node.kind.name);
    if (part === undefined) return [node];
    if (total > maximumNodes) return [];
    const pointer = child(child('/nodes', node.written), 'uses');
    const use = {
      message: `\`${node.kind.name}\` is used here, by the node \`${node.written}\``,
      location: node.source.positions.value(pointer),
    };
    const inner = resolvePart(part, catalog, {
      environment,
      given: givenBy(node, expanded),
      rows: inputRows(node, nodes),
      usedAt: [use, ...node.source.usedAt],
    });
    // The first instance of a matrix tells how many nodes all of them come to.
    if (!counted.has(node.written)) total += inner.nodes.length * uses.get(node.written)!;
    counted.add(node.written);
    if (total > maximumNodes) {
      diagnostics.push(tooMany(total, node, use.location));
      return [];
    }
    secrets.push(...inner.secrets);
    diagnostics.push(...inner.diagnostics.map((each) => atUse(each, use)));
    const outside = ({ node: id, port }: Reference): readonly Reference[] =>
      id === inputsId ? (node.inputs[port] ?? []) : [{ node: `${node.id}/${id}`, port }];
    leads.set(
      node.id,
      new Map(
        [...inner.outputs].flatMap(([name, { reference }]) => outside(reference).map((to) => [name, to] as const)),
      ),
    );
    return inner.nodes.map((each) => ({
      ...each,
      id: `${node.id}/${each.id}`,
      matrix: { ...node.matrix, ...each.matrix },
      inputs: mapInputs(each.inputs, outside),
    }));
  });
  const follow = (reference: Reference): Reference => {
    let at = reference;
    for (let next = leads.get(at.node); next !== undefined; next = leads.get(at.node)) at = next.get(at.port) ?? at;
    return at;
  };
  return {
    // Where a pipeline has errors its outputs may lead nowhere, and what takes from it is not checked further.
    nodes: diagnostics.some(({ severity }) => severity === 'error')
      ? []
      : all.map((node) => ({ ...node, inputs: mapInputs(node.inputs, (reference) => [follow(reference)]) })),
    secrets,
    diagnostics,
    follow: diagnostics.length > 0 ? (reference) => reference : follow,
  };
}

/** More than anybody means to run: what matrices in matrices come to. */
const maximumNodes = 200_000;

function tooMany(total: number, { written }: PlacedNode, location: Location): Diagnostic {
  return {
    code: 'invalid-value',
    severity: 'error',
    message: `With \`${written}\` the pipeline would have ${total} nodes or more; it may have at most ${maximumNodes}`,
    location,
    hint: 'Give the matrices fewer values: what is inside a pipeline is there for each instance of the node that uses it.',
  };
}

function mapInputs(
  inputs: PlacedNode['inputs'],
  change: (reference: Reference) => readonly Reference[],
): Record<string, readonly Reference[]> {
  return Object.fromEntries(Object.entries(inputs).map(([port, references]) => [port, references.flatMap(change)]));
}

/** The options of a node that is a pipeline, as values of its parameters. */
function givenBy(node: PlacedNode, { uses }: ExpandedFile): ReadonlyMap<string, GivenParameter> {
  const config = child(child('/nodes', node.written), 'with');
  return new Map(
    Object.entries(node.config).map(([name, value]) => {
      const pointer = child(config, name);
      const own = [...(uses.get(node.id) ?? [])].filter(([at]) => isWithin(at, pointer));
      const environment = [...new Set(own.flatMap(([, use]) => use.environment))];
      return [name, { value, environment, broken: false, place: placeOfValue(node, child('', name)) }];
    }),
  );
}

/** The row type of what is wired to each input, where it is known. */
function inputRows(node: PlacedNode, nodes: readonly PlacedNode[]): Record<string, RowType | undefined> {
  const rowsOf = ([reference]: readonly Reference[]): RowType | undefined =>
    reference && nodes.find(({ id }) => id === reference.node)?.outputs[reference.port]?.rows;
  return Object.fromEntries(Object.entries(node.inputs).map(([port, references]) => [port, rowsOf(references)]));
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
