/**
 * State of which a step replaces some rows, such as a KV cache: only the rows leave the program, and whoever holds the
 * state in its memory writes them there. Otherwise ONNX Runtime would copy all of it into an output.
 */
import type { Graph, GraphNode } from '../graph.js';
import { sizeOf } from '../host-tensor.js';
import type { Trace } from '../trace.js';
import { eliminateDeadCode } from './dead-code.js';

/** Graph outputs that tell which rows of an entry of the state are replaced, and by what; as ScatterND reads them. */
export interface RowWrite {
  /** Integers `[…, depth]`: of each row its place along the first axes. */
  readonly indices: string;
  /** `[…, rest of the entry's axes]` */
  readonly updates: string;
}

/** The trace without those outputs that are their own entry with rows replaced, and what to write for them instead. */
export function takeRowWrites(trace: Trace): { readonly trace: Trace; readonly writes: ReadonlyMap<string, RowWrite> } {
  const { graph, stateInputs } = trace;
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const writes = new Map<string, RowWrite>();
  const stateOutputs = new Map(trace.stateOutputs);
  const outputs = new Set(graph.outputs);
  const copies: GraphNode[] = [];
  const values = new Map(graph.values);
  /** Outputs are given by nodes. */
  const given = (value: string): string => {
    if (producers.has(value)) return value;
    const copy = `rows.${value}`;
    if (!values.has(copy)) {
      values.set(copy, values.get(value)!);
      copies.push({ op: 'Identity', inputs: [value], outputs: [copy], attributes: {} });
    }
    return copy;
  };
  for (const [name, output] of trace.stateOutputs) {
    const scatter = producers.get(output)!;
    const [base, indices, updates] = scatter.inputs;
    if (scatter.op !== 'ScatterND' || stateInputs.get(base!) !== name || read.has(output)) continue;
    writes.set(name, { indices: given(indices!), updates: given(updates!) });
    stateOutputs.delete(name);
    outputs.delete(output);
    outputs.add(given(indices!)).add(given(updates!));
  }
  if (writes.size === 0) return { trace, writes };
  const taken: Graph = { ...graph, outputs: [...outputs], nodes: [...graph.nodes, ...copies], values };
  const pruned = eliminateDeadCode(taken);
  const inputs = new Set(pruned.inputs);
  const kept = new Map([...stateInputs].filter(([input]) => inputs.has(input)));
  return { trace: { ...trace, graph: pruned, stateInputs: kept, stateOutputs }, writes };
}

/** A tensor in this process's memory, as ONNX Runtime holds it. */
interface Held {
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** Writes the rows of `updates` over those of `entry` that `indices` name. */
export function writeRows(entry: Held, indices: Held, updates: Held): void {
  const target = entry.data as Float32Array;
  const source = updates.data as Float32Array;
  const places = indices.data as BigInt64Array | Int32Array;
  const depth = indices.dims.at(-1)!;
  const width = sizeOf(entry.dims.slice(depth));
  const rows = sizeOf(indices.dims.slice(0, -1));
  for (let row = 0; row < rows; row++) {
    let place = 0;
    for (let axis = 0; axis < depth; axis++) place = place * entry.dims[axis]! + Number(places[row * depth + axis]);
    target.set(source.subarray(row * width, (row + 1) * width), place * width);
  }
}
