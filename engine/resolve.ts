/** Nodes as written → nodes whose every reference, value and type is settled; or all that is wrong with them. */
import { checkConfig } from './config.js';
import { findCycles, topologicalOrder } from './cycles.js';
import { checkEdgeTypes, type EdgeTypes, type TypedNode } from './edge-types.js';
import type { ExpandedFile, LoadOptions } from './expand.js';
import { atKey, atValue, type Finding, finding, withAncestors } from './finding.js';
import type { Interpolated } from './interpolate.js';
import { isObject } from './json.js';
import { child } from './json-pointer.js';
import type { Catalog, Kind, Resources } from './kind.js';
import type { Instance } from './matrix.js';
import { suggest } from './nearest.js';
import type { Json, JsonObject, Reference, ResolvedNode, Tolerance } from './spec.js';
import { readWiring, type Wiring } from './wiring.js';

/** All that this stage needs of a catalog. */
export interface Kinds extends Pick<Catalog, 'kinds' | 'remotes'> {
  /** Names that stand for a kind which could not be loaded; that has been told. */
  readonly failed?: ReadonlySet<string>;
}

/** A node whose source files have not been looked for yet. */
export type SettledNode = Omit<ResolvedNode, 'files' | 'source' | 'remote'>;

export interface Resolution {
  /** Nodes without an error of their own, in the order written; all of them when there are no findings. */
  readonly nodes: readonly SettledNode[];
  readonly findings: readonly Finding[];
  /** What may be referred to, with the row types of its outputs where known. */
  readonly targets: ReadonlyMap<string, { readonly kind?: Kind }>;
  readonly rows: EdgeTypes['rows'];
}

interface Draft {
  readonly id: string;
  readonly instance: Instance;
  readonly pointer: string;
  readonly written: JsonObject;
  readonly kind?: Kind;
  readonly config?: JsonObject;
  readonly wiring: Wiring;
}

/** `earlier` are the findings about the same file so far: what they touch is not checked again. */
export function resolveNodes(
  file: ExpandedFile,
  catalog: Kinds,
  earlier: readonly Finding[],
  environment: LoadOptions['environment'],
): Resolution {
  const broken = new Set(file.broken);
  const faulty = withAncestors([...file.broken, ...earlier.map(({ pointer }) => pointer)]);
  const findings: Finding[] = [];
  const tell = tellingOnce(findings);
  const targets = new Map(file.instances.map(({ id, node }) => [id, kindOf(node, catalog)]));

  const drafts = file.instances.map((instance): Draft => {
    const { id } = instance;
    const pointer = child('/nodes', instance.written);
    const node = isObject(instance.node) ? instance.node : {};
    const { kind } = targets.get(id)!;
    if (kind === undefined && typeof node.uses === 'string' && !catalog.failed?.has(node.uses)) {
      tell(instance, [unknownKind(node.uses, pointer, catalog)]);
    }
    const checked = kind && checkConfig(kind, node.with, child(pointer, 'with'), broken, faulty);
    const wiring = readWiring(id, kind, node.inputs, child(pointer, 'inputs'), targets);
    tell(instance, [...(checked?.findings ?? []), ...wiring.findings]);
    return {
      id,
      instance,
      pointer,
      written: node,
      wiring,
      ...(kind ? { kind } : {}),
      ...(checked?.config ? { config: checked.config } : {}),
    };
  });

  findings.push(...unknownDefaults(file.value, catalog), ...cycleFindings(drafts));
  const typed = new Map(drafts.flatMap((draft) => (draft.kind ? [[draft.id, typedNode(draft, draft.kind)]] : [])));
  const types = checkEdgeTypes(typed, topologicalOrder(dependencies(drafts)));
  findings.push(...types.findings);

  const nodes = drafts.flatMap(({ kind, config, ...draft }) =>
    kind && config ? [settledNode({ ...draft, kind, config }, types, file, environment, faulty)] : [],
  );
  return { nodes, findings, targets, rows: types.rows };
}

/** Adds to `findings`. Instances of a node have most errors in common: of several at one place, the first tells its own. */
function tellingOnce(findings: Finding[]) {
  const firsts = new Map<string, string>();
  return ({ id }: Instance, found: readonly Finding[]): void => {
    for (const each of found) {
      const place = JSON.stringify([each.code, each.pointer, each.at]);
      if (!firsts.has(place)) firsts.set(place, id);
      if (firsts.get(place) === id) findings.push(each);
    }
  };
}

/** The kind of a node, with the ports that this node has. */
function kindOf(node: Json, catalog: Kinds): { kind?: Kind } {
  if (!isObject(node) || typeof node.uses !== 'string') return {};
  const kind = catalog.kinds.get(node.uses);
  if (kind?.ports === undefined) return kind ? { kind } : {};
  const inputs = isObject(node.inputs) ? Object.keys(node.inputs) : [];
  return { kind: { ...kind, ...kind.ports({ config: node.with, inputs }) } };
}

function unknownKind(uses: string, pointer: string, catalog: Kinds): Finding {
  const isFile = /\.(?:[cm]?[jt]s|ya?ml)$/.test(uses);
  return finding('unknown-kind', atValue(child(pointer, 'uses')), `There is no kind \`${uses}\``, {
    hint: isFile ? `For the file, write \`./${uses}\`.` : suggest(uses, catalog.kinds.keys(), 'Kinds'),
  });
}

/** Kinds and keys in `defaults.with` that are not; the values are checked in the nodes that get them. */
function unknownDefaults(file: Json, catalog: Kinds): Finding[] {
  const defaults = isObject(file) && isObject(file.defaults) ? file.defaults.with : undefined;
  return Object.entries(isObject(defaults) ? defaults : {}).flatMap(([name, config]) => {
    const pointer = child('/defaults/with', name);
    const kind = catalog.kinds.get(name);
    if (kind === undefined && catalog.failed?.has(name)) return [];
    if (kind === undefined) {
      const hint = suggest(name, catalog.kinds.keys(), 'Kinds');
      return [finding('unknown-kind', atKey(pointer), `There is no kind \`${name}\``, { hint })];
    }
    const known = Object.keys(kind.schema.properties);
    return Object.keys(isObject(config) ? config : {}).flatMap((key) => {
      if (known.includes(key)) return [];
      const message = `\`${name}\` has no option \`${key}\``;
      return [
        finding('unknown-key', atKey(child(pointer, key)), message, { hint: suggest(key, known, 'Its options') }),
      ];
    });
  });
}

function typedNode(draft: Draft, kind: Kind): TypedNode {
  return { id: draft.id, kind, edges: draft.wiring.edges, ...(draft.config ? { config: draft.config } : {}) };
}

function dependencies(drafts: readonly Draft[]): Map<string, string[]> {
  return new Map(drafts.map(({ id, wiring }) => [id, wiring.dependencies.map(({ node }) => node)]));
}

/** One finding a cycle, at its first edge, with every edge beside it. */
function cycleFindings(drafts: readonly Draft[]): Finding[] {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  const place = (from: string, to: string): string =>
    byId.get(to)!.wiring.dependencies.find(({ node }) => node === from)!.pointer;
  return findCycles(dependencies(drafts)).map((cycle) => {
    const first = cycle[0]!;
    if (cycle.length === 1) {
      return finding('cycle', atValue(place(first, first)), `\`${first}\` takes its own output as input`);
    }
    const edges = cycle.map((from, index) => ({ from, to: cycle[(index + 1) % cycle.length]! }));
    const path = [...cycle, first].map((id) => `\`${id}\``).join(' → ');
    return finding('cycle', atValue(place(edges[0]!.from, edges[0]!.to)), `These nodes wait for each other: ${path}`, {
      related: edges.map(({ from, to }) => ({
        ...atValue(place(from, to)),
        message: `\`${to}\` takes from \`${from}\``,
      })),
      hint: 'Remove one of these inputs.',
    });
  });
}

function settledNode(
  draft: Draft & { readonly kind: Kind; readonly config: JsonObject },
  types: EdgeTypes,
  file: ExpandedFile,
  environment: LoadOptions['environment'],
  faulty: ReadonlySet<string>,
): SettledNode {
  const { id, pointer, kind, config, written } = draft;
  const inputs: Record<string, Reference[]> = {};
  for (const { from, to } of draft.wiring.edges) {
    inputs[to.port] ??= [];
    inputs[to.port]!.push(from);
  }
  const rows = types.rows.get(id);
  const outputs = Object.entries(kind.outputs).map(([port, { type }]) => {
    const row = rows?.get(port);
    return [port, row === undefined ? { type } : { type, rows: row }] as const;
  });
  const matchDevice =
    !faulty.has(child(pointer, 'cache')) && isObject(written.cache) && written.cache.match_device === true;
  return {
    id,
    written: draft.instance.written,
    matrix: Object.fromEntries([...draft.instance.matrix].map(([axis, { value }]) => [axis, value])),
    kind,
    config,
    inputs,
    sources: kind.sources?.(config) ?? [],
    ...(kind.code ? { code: kind.code } : {}),
    resources: resourcesOf(kind, faulty.has(child(pointer, 'resources')) ? undefined : written.resources),
    outputs: Object.fromEntries(outputs),
    cache: { matchDevice },
    ...attemptsOf(written, pointer, faulty),
    tolerance: toleranceOf(faulty.has(child(pointer, 'tolerance')) ? undefined : written.tolerance),
    ...usedBy(file.uses.get(id) ?? new Map(), child(pointer, 'with'), environment),
  };
}

function resourcesOf(kind: Kind, written: Json | undefined): Resources {
  return { cpus: 1, memory_mb: 0, gpus: 0, ...kind.resources, ...(isObject(written) ? written : {}) };
}

/** What is faulty is told of elsewhere, and stands for nothing here. */
function attemptsOf(
  written: JsonObject,
  pointer: string,
  faulty: ReadonlySet<string>,
): Pick<ResolvedNode, 'retry' | 'timeout_ms'> {
  const sound = (key: string): Json | undefined => (faulty.has(child(pointer, key)) ? undefined : written[key]);
  const [retry, timeout] = [sound('retry'), sound('timeout')];
  return {
    retry: typeof retry === 'number' ? retry : 0,
    ...(typeof timeout === 'number' || typeof timeout === 'string' ? { timeout_ms: durationMs(timeout) } : {}),
  };
}

function toleranceOf(written: Json | undefined): Tolerance {
  if (!isObject(written)) return {};
  const numbers = Object.entries(written).map(([metric, limits]) => [
    metric,
    Object.fromEntries(Object.entries(limits as JsonObject).map(([name, limit]) => [name, Number(limit)])),
  ]);
  return Object.fromEntries(numbers) as Tolerance;
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Seconds, or `90m`. */
function durationMs(written: number | string): number {
  if (typeof written === 'number') return written * 1000;
  return Number(written.slice(0, -1)) * unitMs[written.slice(-1)]!;
}

/** Only what `with` uses counts: resources do not change a result, so a variable there must not change a key. */
function usedBy(
  uses: Interpolated['uses'],
  config: string,
  environment: LoadOptions['environment'],
): Pick<ResolvedNode, 'environment' | 'parameterOf' | 'secrets'> {
  const variables: Record<string, string> = {};
  const parameterOf: Record<string, string> = {};
  const secrets: { name: string; pointer: string }[] = [];
  for (const [pointer, use] of uses) {
    if (!pointer.startsWith(`${config}/`)) continue;
    for (const name of use.environment) variables[name] = environment[name] ?? '';
    for (const name of use.secrets) secrets.push({ name, pointer: pointer.slice(config.length) });
    const parameter = use.params[0];
    if (parameter !== undefined) parameterOf[pointer.slice(config.length)] = parameter;
  }
  return { environment: variables, parameterOf, secrets };
}
