/**
 * Adds scattered rows straight onto the tensor that their sum would be added to: a + scatter(zeros, rows) becomes
 * scatter(a, rows). So the gradient of an embedding that is also the output layer takes one tensor of the vocabulary's
 * size instead of three.
 */
import type { Graph, GraphNode } from '../graph.js';

export function scatterOnto(graph: Graph): Graph {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const uses = new Map<string, number>();
  const used = [...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs];
  for (const name of used) uses.set(name, (uses.get(name) ?? 0) + 1);

  /** The scatter that made this value out of zeros, for nobody else. */
  const sumOnZeros = (name: string): GraphNode | undefined => {
    const node = producers.get(name);
    if (node?.op !== 'ScatterElements' || uses.get(name) !== 1) return undefined;
    const { reduction } = node.attributes;
    if (reduction?.type !== 'string' || reduction.value !== 'add') return undefined;
    return isZeros(graph, producers.get(node.inputs[0]!)) ? node : undefined;
  };

  const nodes = graph.nodes.map((node) => {
    if (node.op !== 'Add') return node;
    const [first, second] = node.inputs as [string, string];
    const scatter = sumOnZeros(second) ?? sumOnZeros(first);
    if (!scatter) return node;
    const base = scatter.outputs[0] === second ? first : second;
    if (graph.values.get(base)!.shape.join() !== graph.values.get(node.outputs[0]!)!.shape.join()) return node;
    return { ...scatter, inputs: [base, ...scatter.inputs.slice(1)], outputs: node.outputs };
  });
  return { ...graph, nodes };
}

function isZeros(graph: Graph, node: GraphNode | undefined): boolean {
  const data = node?.op === 'Expand' ? graph.initializers.get(node.inputs[0]!) : undefined;
  return data?.length === 1 && Number(data[0]) === 0;
}
