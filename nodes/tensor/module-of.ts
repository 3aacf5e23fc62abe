/** Which module of the model the nodes of a graph belong to. */
import type { Graph, GraphNode } from './graph.js';

/**
 * The module that each node computes. A node of a gradient or of an update was written for none; it belongs to the weight,
 * or else to the module, that its first input with either comes from. `weights`: graph input → name of a weight.
 */
export function modulesOf(graph: Graph, weights: ReadonlyMap<string, string>): ReadonlyMap<GraphNode, string> {
  const ofValue = new Map(weights);
  const ofNode = new Map<GraphNode, string>();
  for (const node of graph.nodes) {
    const from = node.inputs.find((input) => weights.has(input)) ?? node.inputs.find((input) => ofValue.has(input));
    const module = node.module ?? (from === undefined ? undefined : ofValue.get(from));
    if (module === undefined) continue;
    ofNode.set(node, module);
    for (const output of node.outputs) ofValue.set(output, module);
  }
  return ofNode;
}
