/**
 * Writes rotations of pairs, as `nn/rope.ts` spells them out, as ONNX Runtime's RotaryEmbedding: one pass over the tensor
 * instead of nine over its halves. With [a, b] the halves of the last axis of x `[batch, heads, time, width]`, that is
 * [a cos − b sin, b cos + a sin], where cos and sin are `[time, width / 2]` or `[batch, 1, time, width / 2]`.
 */
import type { ConstantData, Graph, GraphNode, Value } from '../graph.js';

interface Rotation {
  readonly x: string;
  readonly cos: string;
  readonly sin: string;
}

export function fuseRotary(graph: Graph): Graph {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const values = new Map(graph.values);
  const initializers = new Map(graph.initializers);

  const constant = (name: string, data: BigInt64Array, shape: readonly number[]): string => {
    values.set(name, { dtype: 'int64', shape });
    initializers.set(name, data as ConstantData);
    return name;
  };
  /** Row numbers of the tables: those of one table again for each row of the batch, or those of all. */
  const placesOf = (batch: number, time: number, shared: boolean): string => {
    const places = BigInt64Array.from({ length: batch * time }, (_, i) => BigInt(shared ? i % time : i));
    return constant(`rotary.${shared ? 'shared' : 'own'}.${batch}x${time}`, places, [batch, time]);
  };
  /** A table of rows, under a name of its own for each that is reshaped. */
  const asRows = (table: string, nodes: GraphNode[]): string => {
    const { dtype, shape } = values.get(table)!;
    if (shape.length === 2) return table;
    const rows = [shape[0]! * shape[2]!, shape[3]!];
    const name = `rotary.rows.${table}`;
    if (!values.has(name)) {
      values.set(name, { dtype, shape: rows });
      const to = constant(`rotary.to.${rows.join('x')}`, BigInt64Array.from(rows, BigInt), [2]);
      nodes.push({ op: 'Reshape', inputs: [table, to], outputs: [name], attributes: {} });
    }
    return name;
  };

  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const found = rotationOf(node, producers, graph.values);
    if (!found) {
      nodes.push(node);
      continue;
    }
    const [batch, , time] = graph.values.get(found.x)!.shape as [number, number, number];
    const places = placesOf(batch, time, graph.values.get(found.cos)!.shape.length === 2);
    const inputs = [found.x, places, asRows(found.cos, nodes), asRows(found.sin, nodes)];
    nodes.push({ ...node, op: 'RotaryEmbedding', domain: 'com.microsoft', inputs, attributes: {} });
  }
  return { ...graph, nodes, values, initializers };
}

function rotationOf(
  node: GraphNode,
  producers: ReadonlyMap<string, GraphNode>,
  values: ReadonlyMap<string, Value>,
): Rotation | undefined {
  const produced = (name: string | undefined, op: string) => {
    const producer = name === undefined ? undefined : producers.get(name);
    return producer?.op === op ? producer : undefined;
  };
  if (node.op !== 'Concat' || node.inputs.length !== 2) return undefined;
  const difference = produced(node.inputs[0], 'Sub')?.inputs.map((input) => produced(input, 'Mul')?.inputs);
  const sum = produced(node.inputs[1], 'Add')?.inputs.map((input) => produced(input, 'Mul')?.inputs);
  const [aCos, bSin] = difference ?? [];
  const [bCos, aSin] = sum ?? [];
  if (!aCos || !bSin || !bCos || !aSin) return undefined;
  const [a, cos] = aCos as [string, string];
  const [b, sin] = bSin as [string, string];
  if (bCos[0] !== b || bCos[1] !== cos || aSin[0] !== a || aSin[1] !== sin) return undefined;

  const split = produced(a, 'Split');
  if (split?.outputs.length !== 2 || split.outputs[0] !== a || split.outputs[1] !== b) return undefined;
  const x = split.inputs[0]!;
  const shape = values.get(x)!.shape;
  const lastAxis = shape.length - 1;
  const alongLast = ({ attributes }: GraphNode) =>
    attributes.axis?.type === 'int' && [-1, lastAxis].includes(attributes.axis.value);
  if (shape.length !== 4 || shape.includes(0) || !alongLast(node) || !alongLast(split)) return undefined;

  const [batch, , time, width] = shape as [number, number, number, number];
  const half = width / 2;
  if (values.get(a)!.shape[3] !== half) return undefined;
  const isTable = (name: string) => {
    const table = values.get(name)!.shape.join();
    return table === `${time},${half}` || table === `${batch},1,${time},${half}`;
  };
  if (!isTable(cos) || !isTable(sin) || values.get(cos)!.shape.length !== values.get(sin)!.shape.length)
    return undefined;
  return { x, cos, sin };
}
