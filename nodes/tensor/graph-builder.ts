/**
 * Writes a graph node by node. Equal nodes on equal inputs are the same value (every operator is pure), so common
 * subexpressions never arise.
 */
import { broadcastShapes, sameShape } from './broadcast.js';
import type { Attribute, ConstantData, Dtype, Graph, GraphNode, Value } from './graph.js';
import { sizeOf } from './host-tensor.js';
import { currentModule } from './scope.js';

/**
 * A tensor while it is traced. `value` names a graph value whose shape is `stored`; the tensor has the shape `shape`, to
 * which the stored one broadcasts. A fill, a scalar constant or a sum's gradient is thus never spread out in memory
 * unless an operator insists.
 */
export interface Sym {
  readonly value: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly stored: readonly number[];
}

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ type: 'int', value });
export const float = (value: number): Attribute => ({ type: 'float', value });
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
export const text = (value: string): Attribute => ({ type: 'string', value });

/** What a node yields. */
export interface Result {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** Constants up to this many elements are compared by content. */
const smallConstant = 64;

export class GraphBuilder {
  private readonly inputs: string[] = [];
  private readonly nodes: GraphNode[] = [];
  private readonly initializers = new Map<string, ConstantData>();
  private readonly values = new Map<string, Value>();
  private readonly known = new Map<string, readonly string[]>();
  private readonly producers = new Map<string, GraphNode>();

  input(name: string, dtype: Dtype, shape: readonly number[]): Sym {
    this.inputs.push(name);
    this.values.set(name, { dtype, shape });
    return { value: name, dtype, shape, stored: shape };
  }

  /** A constant. One whose elements are all equal is stored as a scalar. */
  constant(dtype: Dtype, shape: readonly number[], data: ConstantData): Sym {
    const uniform = data.length > 0 && isUniform(data);
    const stored = uniform ? [] : shape;
    const kept = uniform ? data.slice(0, 1) : data;
    const content = kept.length <= smallConstant ? `${dtype}[${stored.join()}]${contentOf(kept)}` : undefined;
    const found = content === undefined ? undefined : this.known.get(content)?.[0];
    const value = found ?? this.define({ dtype, shape: stored });
    if (!found) this.initializers.set(value, kept.slice());
    if (content !== undefined) this.known.set(content, [value]);
    return { value, dtype, shape, stored };
  }

  scalar(value: number, dtype: Exclude<Dtype, 'int64'>, shape: readonly number[] = []): Sym {
    const data =
      dtype === 'float32' ? Float32Array.of(value) : dtype === 'int32' ? Int32Array.of(value) : Uint8Array.of(value);
    return { ...this.constant(dtype, [], data), shape };
  }

  /** An int64 vector, never shortened: operators read it as a shape, axes or the like. */
  int64(numbers: readonly number[]): Sym {
    const content = `int64[${numbers.length}]${numbers.join()}`;
    const value = this.known.get(content)?.[0] ?? this.define({ dtype: 'int64', shape: [numbers.length] });
    this.known.set(content, [value]);
    this.initializers.set(value, BigInt64Array.from(numbers, BigInt));
    return { value, dtype: 'int64', shape: [numbers.length], stored: [numbers.length] };
  }

  /** The number that a constant scalar (or fill) holds, if it is one. */
  constantOf(sym: Sym): number | undefined {
    const data = this.initializers.get(sym.value);
    return data?.length === 1 ? Number(data[0]) : undefined;
  }

  /** The node that made this tensor, if a node did. */
  producerOf(sym: Sym): GraphNode | undefined {
    return this.producers.get(sym.value);
  }

  /** A graph value, as stored. */
  symOf(value: string): Sym {
    const { dtype, shape } = this.values.get(value)!;
    return { value, dtype, shape, stored: shape };
  }

  /** Spreads the tensor out, if it is not stored in full. */
  full(sym: Sym): Sym {
    if (sameShape(sym.shape, sym.stored)) return sym;
    return this.node('Expand', [stored(sym), this.int64(sym.shape)], { dtype: sym.dtype, shape: sym.shape });
  }

  /** A node with one output, whose inputs are spread out in full. */
  node(op: string, inputs: readonly Sym[], result: Result, attributes: Attributes = {}, domain?: 'com.microsoft'): Sym {
    return this.nodes_(op, inputs, [result], attributes, domain)[0]!;
  }

  /** A node with several outputs. */
  multi(op: string, inputs: readonly Sym[], results: readonly Result[], attributes: Attributes = {}): Sym[] {
    return this.nodes_(op, inputs, results, attributes);
  }

  /** A node that broadcasts its inputs: it computes on what is stored, and its result broadcasts as they do. */
  elementwise(op: string, inputs: readonly Sym[], dtype: Dtype, attributes: Attributes = {}): Sym {
    const shape = broadcastShapes(...inputs.map((input) => input.shape));
    const computed = broadcastShapes(...inputs.map((input) => input.stored));
    return { ...this.node(op, inputs.map(stored), { dtype, shape: computed }, attributes), shape };
  }

  /** A value of its own with the same content. */
  copy(value: string): string {
    const copy = this.define(this.values.get(value)!);
    this.nodes.push({ op: 'Identity', inputs: [value], outputs: [copy], attributes: {} });
    return copy;
  }

  private nodes_(
    op: string,
    inputs: readonly Sym[],
    results: readonly Result[],
    attributes: Attributes,
    domain?: 'com.microsoft',
  ): Sym[] {
    const names = inputs.map((input) => this.full(input).value);
    const key = `${domain ?? ''}:${op}(${names.join()})${JSON.stringify(attributes)}`;
    let outputs = this.known.get(key);
    if (!outputs) {
      outputs = results.map((result) => this.define(result));
      const module = currentModule();
      const node: GraphNode = {
        op,
        ...(domain && { domain }),
        inputs: names,
        outputs,
        attributes,
        ...(module && { module }),
      };
      this.nodes.push(node);
      for (const output of outputs) this.producers.set(output, node);
      this.known.set(key, outputs);
    }
    return outputs.map((value, i) => ({ ...results[i]!, value, stored: results[i]!.shape }));
  }

  private define(value: Value): string {
    const name = `v${this.values.size}`;
    this.values.set(name, value);
    return name;
  }

  finish(outputs: readonly string[]): Graph {
    const { inputs, nodes, initializers, values } = this;
    return { inputs, outputs, nodes, initializers, values };
  }
}

/** The graph value behind a tensor, as a tensor of its own shape. */
export function stored(sym: Sym): Sym {
  return { ...sym, shape: sym.stored };
}

/** Whether the tensor is one number, stored once. */
export function isFill(sym: Sym): boolean {
  return sizeOf(sym.stored) === 1;
}

function isUniform(data: ConstantData): boolean {
  const first = data[0]!;
  // -0 and 0 are equal under ===, and NaN is not equal to itself.
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], first)) return false;
  return true;
}

/** The bytes, since NaN and -0 have no faithful text. */
function contentOf(data: ConstantData): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}
