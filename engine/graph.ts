/** The graph of a pipeline: who depends on whom. It is held by graphlib; nothing in here recurses. */
import { Graph as Graphlib } from '@dagrejs/graphlib';
import { topologicalOrder } from './cycles.js';
import type { Pipeline, ResolvedNode } from './spec.js';

/** One wire; two nodes may be joined by several. */
export interface GraphEdge {
  readonly from: { readonly node: string; readonly port: string };
  readonly to: { readonly node: string; readonly port: string };
}

export interface Graph {
  /** Nodes, each after all that it depends on; of those ready at the same time, the first written comes first. */
  readonly order: readonly ResolvedNode[];
  /** In the order written. */
  readonly edges: readonly GraphEdge[];
  /** Nodes that `id` takes an input from. */
  dependencies(id: string): readonly string[];
  /** Nodes that take an input from `id`. */
  dependants(id: string): readonly string[];
  /** All that `id` depends on, directly or not; without itself. */
  ancestors(id: string): ReadonlySet<string>;
  /** All that depends on `id`, directly or not; without itself. */
  descendants(id: string): ReadonlySet<string>;
}

/** Throws where the pipeline has a cycle or an unknown node, which a loaded pipeline never has. */
export function buildGraph(pipeline: Pick<Pipeline, 'nodes'>): Graph {
  const graph = new Graphlib<string, ResolvedNode, readonly GraphEdge[]>();
  for (const node of pipeline.nodes) graph.setNode(node.id, node);
  const edges = pipeline.nodes.flatMap(edgesOf);
  for (const edge of edges) {
    const { from, to } = edge;
    if (!graph.hasNode(from.node)) throw new Error(`no node ${from.node}`);
    const parallel = graph.hasEdge(from.node, to.node) ? graph.edge(from.node, to.node) : [];
    graph.setEdge(from.node, to.node, [...parallel, edge]);
  }
  const dependencies = (id: string): string[] => known(graph.predecessors(id), id);
  const dependants = (id: string): string[] => known(graph.successors(id), id);
  const order = topologicalOrder(new Map(pipeline.nodes.map(({ id }) => [id, dependencies(id)])));
  if (order.length !== pipeline.nodes.length) throw new Error('the graph has a cycle');
  return {
    order: order.map((id) => graph.node(id)),
    edges,
    dependencies,
    dependants,
    ancestors: (id) => reachable(id, dependencies),
    descendants: (id) => reachable(id, dependants),
  };
}

function edgesOf(node: ResolvedNode): GraphEdge[] {
  return Object.entries(node.inputs).flatMap(([port, references]) =>
    references.map((from) => ({ from, to: { node: node.id, port } })),
  );
}

function reachable(id: string, next: (id: string) => readonly string[]): Set<string> {
  const seen = new Set<string>();
  const queue = [...next(id)];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    queue.push(...next(at));
  }
  return seen;
}

function known(ids: string[] | undefined, id: string): string[] {
  if (ids === undefined) throw new Error(`no node ${id}`);
  return ids;
}
