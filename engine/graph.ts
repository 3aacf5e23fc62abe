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

/** The graph in the language of Graphviz. */
export function toDot(graph: Graph): string {
  const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const label = (...lines: string[]): string => quote(lines.join('\n')).replaceAll('\n', '\\n');
  return [
    'digraph {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...graph.order.map(({ id, kind }) => `  ${quote(id)} [label=${label(id, kind.name)}];`),
    ...graph.edges.map(
      ({ from, to }) => `  ${quote(from.node)} -> ${quote(to.node)} [label=${label(edgeLabel(from.port, to.port))}];`,
    ),
    '}',
    '',
  ].join('\n');
}

/** The graph as a Mermaid flow chart. */
export function toMermaid(graph: Graph): string {
  // Ids such as `end` are words of Mermaid's language, so nodes go by number and show their names as labels.
  const numbers = new Map(graph.order.map(({ id }, index) => [id, `n${index}`]));
  const quote = (text: string): string =>
    `"${text.replaceAll('&', '#amp;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;')}"`;
  return [
    'flowchart LR',
    ...graph.order.map(
      ({ id, kind }) => `  ${numbers.get(id)}[${quote(id).slice(0, -1)}<br/>${quote(kind.name).slice(1)}]`,
    ),
    ...graph.edges.map(
      ({ from, to }) =>
        `  ${numbers.get(from.node)} -->|${quote(edgeLabel(from.port, to.port))}| ${numbers.get(to.node)}`,
    ),
    '',
  ].join('\n');
}

function edgeLabel(from: string, to: string): string {
  return from === to ? from : `${from} → ${to}`;
}
