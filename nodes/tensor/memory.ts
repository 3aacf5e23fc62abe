/** How much memory a graph takes while it runs, from the sizes of its values and from when each is last read. */
import type { Graph, GraphNode } from './graph.js';
import { sizeOf } from './host-tensor.js';
import { isElementwise } from './optimise/alias.js';

const bytesOf = { float32: 4, int32: 4, int64: 8, bool: 1 } as const;

/** Operators that hand on the memory of their input. */
const sharing = new Set(['Identity', 'Reshape']);

/**
 * The most bytes that values between inputs and outputs take at once, when the nodes run in ONNX Runtime's order. Inputs,
 * outputs and constants are not counted: they are there all the time.
 */
export function peakBytes(graph: Graph): number {
  const order = executionOrder(graph);
  const outputs = new Set(graph.outputs);
  const outside = new Set([...graph.inputs, ...graph.outputs, ...graph.initializers.keys()]);
  /** Value → the value whose memory it lies in. */
  const home = new Map<string, string>();
  const homeOf = (name: string) => home.get(name) ?? name;
  const readers = new Map<string, number>();
  for (const { inputs } of order) for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  /** Readers yet to run, of all values that lie there. */
  const left = new Map<string, number>();
  const size = (name: string) => {
    const { dtype, shape } = graph.values.get(name)!;
    return sizeOf(shape) * bytesOf[dtype];
  };
  let held = 0;
  let peak = 0;
  for (const node of order) {
    for (const output of node.outputs) {
      const reused = reusedInput(node, output, (input) => {
        const at = homeOf(input);
        return !outside.has(at) && left.get(at) === occurrences(node, input) && size(at) === size(output);
      });
      const at = sharing.has(node.op) ? homeOf(node.inputs[0]!) : reused === undefined ? output : homeOf(reused);
      if (at !== output && !outputs.has(output)) home.set(output, at);
      else if (!outside.has(output)) held += size(output);
      left.set(homeOf(output), (left.get(homeOf(output)) ?? 0) + (readers.get(output) ?? 0));
    }
    peak = Math.max(peak, held);
    for (const name of [...node.inputs, ...node.outputs.filter((output) => !readers.has(output))]) {
      const at = homeOf(name);
      if (node.inputs.includes(name)) left.set(at, (left.get(at) ?? 0) - 1);
      if (left.get(at) === 0 && !outside.has(at)) {
        held -= size(at);
        left.set(at, -1);
      }
    }
  }
  return peak;
}

function occurrences(node: GraphNode, input: string): number {
  return node.inputs.filter((name) => name === input).length;
}

/** An input that is read for the last time, over which the output is written. */
function reusedInput(node: GraphNode, output: string, isLast: (input: string) => boolean): string | undefined {
  if (!isElementwise(node) || node.outputs[0] !== output) return undefined;
  return node.inputs.find(isLast);
}

/**
 * The order in which ONNX Runtime runs the nodes: it walks back from those that nobody reads, the last of them first, and
 * into the inputs of each, the latest first (`Graph::ReverseDFSFrom` of its sources).
 */
export function executionOrder(graph: Graph): readonly GraphNode[] {
  const indices = new Map(graph.nodes.flatMap((node, index) => node.outputs.map((output) => [output, index] as const)));
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const stack = graph.nodes.flatMap(({ outputs }, index) =>
    outputs.some((output) => read.has(output)) ? [] : [{ index, entered: false }],
  );
  const seen = new Set<number>();
  const order: GraphNode[] = [];
  while (stack.length > 0) {
    const { index, entered } = stack.pop()!;
    const node = graph.nodes[index]!;
    if (entered) {
      order.push(node);
      continue;
    }
    if (seen.has(index)) continue;
    seen.add(index);
    stack.push({ index, entered: true });
    const before = new Set(node.inputs.flatMap((input) => indices.get(input) ?? []));
    for (const producer of [...before].sort((a, b) => a - b)) {
      if (!seen.has(producer)) stack.push({ index: producer, entered: false });
    }
  }
  return order;
}
