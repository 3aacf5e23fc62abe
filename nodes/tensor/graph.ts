/**
 * The compiler's intermediate representation, as plain data: nodes in an order in which they can run, values by name.
 * Operators and attributes are ONNX'.
 */
import { sizeOf } from './host-tensor.js';

/** int64 is only for what ONNX wants so: shapes, axes, indices. */
export type Dtype = 'float32' | 'int32' | 'int64' | 'bool';

export interface Value {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] };

export interface GraphNode {
  readonly op: string;
  /** Operator set; absent means ONNX' own. */
  readonly domain?: 'com.microsoft';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The module of the model that it was written for; absent in gradients and updates. */
  readonly module?: string;
}

export type ConstantData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

export interface Graph {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, ConstantData>;
  /** Dtype and shape of every input, initializer and node output. */
  readonly values: ReadonlyMap<string, Value>;
}

/** Throws where a value is used before it is defined, defined twice, or of unknown or impossible type. */
export function verifyGraph(graph: Graph): void {
  const defined = new Set<string>();
  const define = (name: string, where: string) => {
    if (defined.has(name)) throw new Error(`Graph: ${where} defines '${name}' a second time.`);
    const value = graph.values.get(name);
    if (!value) throw new Error(`Graph: '${name}', defined by ${where}, has no dtype and shape.`);
    if (!value.shape.every((length) => Number.isInteger(length) && length >= 0)) {
      throw new Error(`Graph: '${name}' has the shape [${value.shape.join(', ')}].`);
    }
    defined.add(name);
  };
  for (const name of graph.inputs) define(name, 'the input list');
  for (const [name, data] of graph.initializers) {
    define(name, 'the initializers');
    if (data.length !== sizeOf(graph.values.get(name)!.shape)) {
      throw new Error(`Graph: initializer '${name}' has ${data.length} values, not those of its shape.`);
    }
  }
  graph.nodes.forEach((node, index) => {
    for (const input of node.inputs) {
      if (!defined.has(input)) throw new Error(`Graph: node ${index} (${node.op}) reads '${input}', not yet defined.`);
    }
    for (const output of node.outputs) define(output, `node ${index} (${node.op})`);
  });
  for (const name of graph.outputs) {
    if (!defined.has(name)) throw new Error(`Graph: the output '${name}' is defined nowhere.`);
  }
}
