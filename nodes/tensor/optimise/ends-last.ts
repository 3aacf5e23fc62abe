/**
 * Puts nodes that nobody reads, and that give no state, at the end of the list, the earliest last. ONNX Runtime walks back from
 * the ends of a graph, the last in the list first. So a loss is computed as soon as it can be, and not after all updates of
 * the weights, up to when it would keep the logits; and where a gradient ends in a number that is read out, the gradients of
 * the last layer are computed first, and what they are computed from is given free.
 */
import type { Graph, GraphNode } from '../graph.js';

export function endsLast(graph: Graph, state: ReadonlySet<string>): Graph {
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  const indices = new Map(graph.nodes.flatMap((node, index) => node.outputs.map((output) => [output, index] as const)));
  const isEnd = ({ outputs }: GraphNode) => outputs.every((output) => !read.has(output) && !state.has(output));
  /** The place of what the node only shortens, copies or turns. */
  const readyAt = (index: number): number => {
    const from = graph.nodes[index]!.inputs.flatMap((input) => indices.get(input) ?? []);
    return from.length === 1 ? readyAt(from[0]!) : index;
  };
  const ends = graph.nodes
    .flatMap((node, index) => (isEnd(node) ? [{ node, ready: readyAt(index) }] : []))
    .sort((a, b) => b.ready - a.ready);
  return { ...graph, nodes: [...graph.nodes.filter((node) => !isEnd(node)), ...ends.map(({ node }) => node)] };
}
