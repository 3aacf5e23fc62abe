/**
 * The plan: for each node what it depends on, whether the store has its result already, and if not, why it must run.
 *
 * `lapidary plan` prints this object and the executor consumes it, so the two cannot disagree. A node below one that
 * runs is `unknown`: its inputs are not there yet, and if they come out byte for byte as before, it will be a hit.
 */
import type { Digest } from '../cache/digest.js';
import type { Store } from '../cache/store.js';
import type { Trace } from '../cache/trace-store.js';
import { topologicalOrder } from './cycles.js';
import { experimentOf, type KeyComponents, keyComponents, keyOf, recipeOf } from './key.js';
import type { SourceFile } from './kind.js';
import { locateReason } from './locate-reason.js';
import { differences, type Reason } from './reason.js';
import type { Pins } from './remote.js';
import type { Pipeline, ResolvedNode } from './spec.js';

export type Action = 'run' | 'hit' | 'unknown';

export type PlannedNode = PlannedHit | PlannedWork;

interface Planned {
  readonly recipe: string;
  readonly sources: readonly SourceFile[];
  /** Empty for a hit. */
  readonly reasons: readonly Reason[];
}

/** The store has the result. */
export interface PlannedHit extends Planned {
  readonly action: 'hit';
  readonly node: NodeOutline;
  readonly key: string;
  readonly components: KeyComponents;
  readonly trace: Trace;
}

/** It runs, or may. */
export interface PlannedWork extends Planned {
  readonly action: 'run' | 'unknown';
  readonly node: ResolvedNode;
  /** Absent while the inputs are unknown. */
  readonly key?: string;
  readonly components?: KeyComponents;
  readonly trace?: undefined;
}

/** What is of interest in a node whose result is there. */
export type NodeOutline = Pick<ResolvedNode, 'id' | 'matrix' | 'inputs'> & {
  readonly kind: Pick<ResolvedNode['kind'], 'name'>;
  readonly resources: Pick<ResolvedNode['resources'], 'gpus'>;
  readonly code?: Pick<NonNullable<ResolvedNode['code']>, 'files'>;
};

export interface Plan {
  readonly pipeline: Pick<Pipeline, 'name' | 'file' | 'text' | 'params' | 'secrets' | 'dependsOn'>;
  /** Absent for a plan that was remembered, all of which are hits: nothing has been resolved. */
  readonly resolved?: Pipeline;
  readonly experiment: string;
  /** In topological order. */
  readonly nodes: readonly PlannedNode[];
  readonly device: string;
  readonly history: History;
  /** What the patterns of files on other machines mean in it. */
  readonly pins: Pins;
}

/** What each node's key was made of in the nearest earlier run of the pipeline. */
export type History = Pick<ReadonlyMap<string, HistoryEntry>, 'get'>;

export interface HistoryEntry {
  readonly key: string;
  readonly components: KeyComponents;
  /** The files of the user's code that ran. */
  readonly code?: readonly { readonly name: string; readonly digest: string }[];
}

export interface PlanOptions {
  readonly store: Pick<Store, 'traces'>;
  readonly digestFile: (path: string) => Promise<Digest>;
  readonly history: History;
  readonly device: string;
  readonly pins?: Pins;
}

export async function planPipeline(pipeline: Pipeline, options: PlanOptions): Promise<Plan> {
  const sources = await digestSources(pipeline, options.digestFile);
  const recipes: Record<string, string> = {};
  const outputs = new Map<string, Readonly<Record<string, Digest>>>();
  const nodes: PlannedNode[] = [];
  for (const node of inOrder(pipeline.nodes)) {
    const files = sources.get(node.id) ?? [];
    recipes[node.id] = nodeRecipe(node, files, recipes, options.device);
    const planned = await planNode(node, recipes[node.id]!, files, outputs, options);
    if (planned.trace) outputs.set(node.id, planned.trace.outputs as Record<string, Digest>);
    nodes.push(planned);
  }
  return {
    pipeline,
    resolved: pipeline,
    experiment: experimentOf(recipes),
    nodes,
    device: options.device,
    history: options.history,
    pins: options.pins ?? {},
  };
}

/** Each node after all that it is wired to. */
function inOrder(nodes: readonly ResolvedNode[]): ResolvedNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return topologicalOrder(new Map(nodes.map((node) => [node.id, dependenciesOf(node)]))).map((id) => byId.get(id)!);
}

/** The nodes that `node` is wired to, each once. */
export function dependenciesOf(node: Pick<ResolvedNode, 'inputs'>): string[] {
  const ids = new Set<string>();
  for (const references of Object.values(node.inputs)) for (const reference of references) ids.add(reference.node);
  return [...ids];
}

async function planNode(
  node: ResolvedNode,
  recipe: string,
  sources: readonly SourceFile[],
  outputs: ReadonlyMap<string, Readonly<Record<string, Digest>>>,
  options: PlanOptions,
): Promise<PlannedNode> {
  const base = { node, recipe, sources };
  const waiting = dependenciesOf(node).filter((id) => !outputs.has(id));
  if (waiting.length > 0) {
    const previous = options.history.get(node.id);
    const own = previous
      ? differences(previous.components, keyComponents(node, {}, sources, options.device), false)
      : [];
    const reasons: Reason[] = [
      ...own.map((reason) => locateReason(reason, node, options.history)),
      { because: 'upstream', nodes: waiting },
    ];
    return { ...base, action: 'unknown', reasons };
  }
  const components = keyComponents(node, inputDigests(node, outputs), sources, options.device);
  const key = keyOf(components);
  const trace = await options.store.traces.get(key);
  if (trace) return { ...base, action: 'hit', key, components, trace, reasons: [] };
  return {
    ...base,
    action: 'run',
    key,
    components,
    reasons: explainKey(node, key, components, options.history),
  };
}

/** Why the store has no result under `key`. */
export function explainKey(
  node: ResolvedNode,
  key: string,
  components: KeyComponents,
  history: History,
): readonly Reason[] {
  const previous = history.get(node.id);
  if (!previous) return [{ because: 'first-run' }];
  if (previous.key === key) return [{ because: 'not-in-store' }];
  return differences(previous.components, components).map((reason) => locateReason(reason, node, history));
}

/** Port → digests at it, from the outputs of the nodes that it is wired to. */
export function inputDigests(
  node: ResolvedNode,
  outputs: ReadonlyMap<string, Readonly<Record<string, Digest>>>,
): Record<string, Digest[]> {
  return Object.fromEntries(
    Object.entries(node.inputs).map(([port, references]) => [
      port,
      references.map((reference) => outputs.get(reference.node)![reference.port]!),
    ]),
  );
}

function nodeRecipe(
  node: ResolvedNode,
  sources: readonly SourceFile[],
  recipes: Readonly<Record<string, string>>,
  device: string,
): string {
  const inputs = Object.fromEntries(
    Object.entries(node.inputs).map(([port, references]) => [
      port,
      references.map((reference) => `${recipes[reference.node]}.${reference.port}`),
    ]),
  );
  return recipeOf(keyComponents(node, inputs, sources, device));
}

/** Node → its source files with their digests. */
async function digestSources(
  pipeline: Pipeline,
  digestFile: PlanOptions['digestFile'],
): Promise<ReadonlyMap<string, readonly SourceFile[]>> {
  const withSources = pipeline.nodes.filter((node) => node.files.length > 0);
  return new Map(
    await Promise.all(
      withSources.map(
        async (node): Promise<[string, SourceFile[]]> => [
          node.id,
          await Promise.all(
            node.files.map(async (file) => ({ ...file, digest: file.digest ?? (await digestFile(file.path)) })),
          ),
        ],
      ),
    ),
  );
}
