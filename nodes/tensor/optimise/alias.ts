/**
 * Which outputs may be written over the inputs that they replace. An output may take an input's memory iff every node
 * that reads the input has run before the output is written: each reader is an ancestor of the output's producer, or
 * is the producer itself and reads element i only to write element i.
 */

import { sameShape } from '../broadcast.js';
import type { Graph, GraphNode } from '../graph.js';

/** Operators that compute element i of their output from element i of an input of the same shape. */
const elementwise = new Set([
  'Abs',
  'Add',
  'Div',
  'Exp',
  'Max',
  'Min',
  'Mul',
  'Neg',
  'Sigmoid',
  'Sqrt',
  'Sub',
  'Tanh',
  'Where',
]);

export function isElementwise({ op }: GraphNode): boolean {
  return elementwise.has(op);
}

/** Of pairs (input, output), those outputs that may share the input's memory. */
export function safeAliases(graph: Graph, pairs: readonly (readonly [input: string, output: string])[]): Set<string> {
  const readers = readersOf(graph);
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const order = new Map(graph.nodes.map((node, index) => [node, index]));
  const safe = new Set<string>();
  for (const [input, output] of pairs) {
    const from = graph.values.get(input)!;
    const to = graph.values.get(output)!;
    if (from.dtype !== to.dtype || !sameShape(from.shape, to.shape)) continue;
    const producer = producers.get(output)!;
    const others = (readers.get(input) ?? []).filter((reader) => reader !== producer || !elementwise.has(reader.op));
    if (areAncestors(others, producer, producers, order)) safe.add(output);
  }
  return safe;
}

function readersOf(graph: Graph): Map<string, GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const input of new Set(node.inputs)) {
      const list = readers.get(input);
      if (list) list.push(node);
      else readers.set(input, [node]);
    }
  }
  return readers;
}

/** Searches backwards from the node, and not beyond the earliest of those it looks for. */
function areAncestors(
  wanted: readonly GraphNode[],
  node: GraphNode,
  producers: ReadonlyMap<string, GraphNode>,
  order: ReadonlyMap<GraphNode, number>,
): boolean {
  const missing = new Set(wanted);
  if (missing.size === 0) return true;
  const earliest = Math.min(...wanted.map((one) => order.get(one)!));
  const seen = new Set<GraphNode>();
  const stack = [node];
  while (stack.length > 0) {
    for (const input of stack.pop()!.inputs) {
      const producer = producers.get(input);
      if (!producer || seen.has(producer) || order.get(producer)! < earliest) continue;
      seen.add(producer);
      missing.delete(producer);
      if (missing.size === 0) return true;
      stack.push(producer);
    }
  }
  return false;
}
