/** Types across edges: each artifact must be what the port takes, and each dataset's rows too, where they are known. */
import { atValue, type Finding, finding } from './finding.js';
import type { InputPort, Kind, RowType } from './kind.js';
import { writtenId } from './matrix.js';
import type { JsonObject } from './spec.js';
import type { Edge } from './wiring.js';

export interface TypedNode {
  readonly id: string;
  readonly kind: Kind;
  /** Absent while it has errors: then the row types of its outputs are unknown. */
  readonly config?: JsonObject;
  readonly edges: readonly Edge[];
}

export interface EdgeTypes {
  /** Node → output port → row type, where known. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, RowType>>;
  readonly findings: readonly Finding[];
}

/** `nodes` by id; `order` is topological, and leaves out what is on a cycle: rows there stay unknown. */
export function checkEdgeTypes(nodes: ReadonlyMap<string, TypedNode>, order: readonly string[]): EdgeTypes {
  const rows = new Map<string, ReadonlyMap<string, RowType>>();
  const findings: Finding[] = [];
  const told = new Set<string>();
  // Of the instances of a matrix, one tells for all.
  const tell = ({ from, to }: Edge, found: readonly Finding[]): void => {
    const edge = [writtenId(from.node), from.port, writtenId(to.node), to.port];
    for (const each of found) {
      const key = JSON.stringify([each.code, ...edge]);
      if (!told.has(key)) findings.push(each);
      told.add(key);
    }
  };
  for (const node of nodes.values()) {
    for (const edge of node.edges) {
      tell(edge, artifactMismatch(edge, node, nodes));
      tell(edge, taskMismatch(edge, node, nodes));
    }
  }
  for (const id of order) {
    const node = nodes.get(id);
    if (node === undefined) continue;
    for (const edge of node.edges) tell(edge, rowMismatch(edge, node, rows.get(edge.from.node)?.get(edge.from.port)));
    if (node.config !== undefined) rows.set(id, outputRows(node, node.config, rows));
  }
  return { rows, findings };
}

function artifactMismatch(edge: Edge, node: TypedNode, nodes: ReadonlyMap<string, TypedNode>): Finding[] {
  const wanted = portOf(node, edge).type;
  const given = nodes.get(edge.from.node)?.kind.outputs[edge.from.port]?.type;
  // Samples are rows, whose type is not known.
  const isRows = wanted === 'dataset' && given === 'samples';
  if (given === undefined || given === wanted || wanted === 'any' || isRows) return [];
  const fitting = Object.entries(nodes.get(edge.from.node)!.kind.outputs).find(([, { type }]) => type === wanted);
  const others = [...nodes.values()]
    .filter(({ id }) => id !== node.id)
    .flatMap(({ id, kind }) =>
      Object.entries(kind.outputs).flatMap(([port, { type }]) => (type === wanted ? [`\`${id}.${port}\``] : [])),
    )
    .slice(0, 5);
  const hint = fitting
    ? `\`${edge.from.node}.${fitting[0]}\` is a ${wanted}.`
    : others.length > 0
      ? `There is a ${wanted} in ${others.join(', ')}.`
      : undefined;
  return [
    finding(
      'artifact-type-mismatch',
      atValue(edge.pointer),
      `\`${edge.to.port}\` of \`${node.id}\` takes a ${wanted}, but \`${edge.from.node}.${edge.from.port}\` is a ${given}`,
      { hint },
    ),
  ];
}

function taskMismatch(edge: Edge, node: TypedNode, nodes: ReadonlyMap<string, TypedNode>): Finding[] {
  const wanted = portOf(node, edge).task;
  const given = nodes.get(edge.from.node)?.kind.outputs[edge.from.port]?.task;
  if (wanted === undefined || given === undefined || given === wanted) return [];
  return [
    finding(
      'model-task-mismatch',
      atValue(edge.pointer),
      `\`${edge.to.port}\` of \`${node.id}\` takes a ${wanted}, but \`${edge.from.node}.${edge.from.port}\` is a ${given}`,
    ),
  ];
}

function rowMismatch(edge: Edge, node: TypedNode, given: RowType | undefined): Finding[] {
  const port = portOf(node, edge);
  if (given === undefined || port.type !== 'dataset' || !port.rows || port.rows.includes(given)) return [];
  const accepted = port.rows.map((type) => `\`${type}\``).join(' or ');
  return [
    finding(
      'row-type-mismatch',
      atValue(edge.pointer),
      `\`${edge.to.port}\` of \`${node.id}\` takes rows of type ${accepted}, but \`${edge.from.node}.${edge.from.port}\` has rows of type \`${given}\``,
    ),
  ];
}

function outputRows(
  node: TypedNode,
  config: JsonObject,
  known: ReadonlyMap<string, ReadonlyMap<string, RowType>>,
): ReadonlyMap<string, RowType> {
  const inputs: Record<string, RowType | undefined> = {};
  for (const [port, { type }] of Object.entries(node.kind.inputs)) {
    if (type !== 'dataset') continue;
    const given = node.edges
      .filter((edge) => edge.to.port === port)
      .map((edge) => known.get(edge.from.node)?.get(edge.from.port));
    // Datasets of different rows gathered at one port have no row type in common.
    inputs[port] = given.every((rows) => rows === given[0]) ? given[0] : undefined;
  }
  const outputs = new Map<string, RowType>();
  for (const [name, port] of Object.entries(node.kind.outputs)) {
    const rows = port.rows?.({ config, rows: inputs });
    if (rows !== undefined) outputs.set(name, rows);
  }
  return outputs;
}

function portOf(node: TypedNode, edge: Edge): InputPort {
  return node.kind.inputs[edge.to.port]!;
}
