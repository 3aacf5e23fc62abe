/**
 * Puts nodes that nobody reads, and that give no state, at the end of the list. ONNX Runtime walks back from the ends of a
 * graph, the last in the list first. So a loss is computed as soon as it can be, and not after all updates of the
 * weights, up to when it would keep the logits.
 */
import type { Graph } from '../graph.js';

export function endsLast(graph: Graph, state: ReadonlySet<string>): Graph {
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  const isEnd = (outputs: readonly string[]) => outputs.every((output) => !read.has(output) && !state.has(output));
  const ends = graph.nodes.filter((node) => isEnd(node.outputs));
  return { ...graph, nodes: [...graph.nodes.filter((node) => !isEnd(node.outputs)), ...ends] };
}
