/**
 * `matrix`: one written node stands for as many instances as its axes have combinations, and what takes from it fans out
 * with it. A node that takes from two followers of the same axis pairs them; of different axes, it combines them.
 * `node[*]` gathers all instances at a port that takes several; `node[axis=value]` takes those of one value.
 */
import { topologicalOrder } from './cycles.js';
import { atKey, atValue, type Finding, finding } from './finding.js';
import type { Parameter } from './interpolate.js';
import { isObject } from './json.js';
import { child } from './json-pointer.js';
import { suggest } from './nearest.js';
import type { Json } from './spec.js';

/** A written node as it stands for one combination. */
export interface Instance {
  /** `sft`, or with a matrix `sft[learning_rate=0.0003]`. */
  readonly id: string;
  /** The id in the file. */
  readonly written: string;
  /** The node, its references rewritten to those of instances. */
  readonly node: Json;
  /** Axis → value, as `${matrix.axis}` reads it. */
  readonly matrix: ReadonlyMap<string, Parameter>;
}

export interface FannedOut {
  /** In the order written; the instances of a node beside one another, the last axis going fastest. */
  readonly instances: readonly Instance[];
  readonly findings: readonly Finding[];
}

/** More instances than anybody means to run; the planner itself goes further. */
export const maximumInstances = 10_000;

interface Axis {
  /** The node that declares it: two axes of one name are two axes. */
  readonly declarer: string;
  readonly name: string;
  readonly values: readonly { readonly label: string; readonly parameter: Parameter }[];
}

/** Which value of each axis. */
type Combination = ReadonlyMap<Axis, number>;

interface Fan {
  readonly axes: readonly Axis[];
  readonly combinations: readonly Combination[];
}

/** `node`, `node.port`, `node[*].port`, `node[axis=value].port`. */
const referenceForm = /^([a-zA-Z0-9_-]+)(?:\[([^\]]*)\])?(\.[a-zA-Z0-9_-]+)?$/;

/**
 * `nodes` as written. `matrixOf` gives a node's axes with their values resolved; what is no list of values is passed over
 * here, the schema tells of it.
 */
export function fanOut(
  nodes: readonly (readonly [id: string, node: Json])[],
  matrixOf: (id: string) => ReadonlyMap<string, Parameter>,
): FannedOut {
  const findings: Finding[] = [];
  if (!nodes.some(([id, node]) => matrixOf(id).size > 0 || referencesOf(node).some(({ text }) => text.includes('[')))) {
    return { instances: plainInstances(nodes), findings };
  }
  const written = new Map(nodes);
  const dependencies = new Map(nodes.map(([id, node]) => [id, referencesOf(node).flatMap(({ text }) => nodeOf(text))]));
  const known = new Map([...dependencies].map(([id, needed]) => [id, needed.filter((other) => written.has(other))]));
  const fans = new Map<string, Fan>();
  let total = 0;
  for (const id of topologicalOrder(known)) {
    const inherited = referencesOf(written.get(id)!).flatMap(({ text }) => inheritedAxes(text, fans));
    const axes = [...new Set([...inherited, ...ownAxes(id, matrixOf(id), findings)])];
    const size = axes.reduce((product, { values }) => product * values.length, 1);
    if (axes.length > 0) total += size;
    if (total > maximumInstances) {
      const place = child(child('/nodes', id), 'matrix');
      const message = `\`${id}\` would stand for ${size} instances; a pipeline has at most ${maximumInstances} nodes of matrices`;
      findings.push(finding('invalid-value', atKey(place), message, { hint: 'Give its axes fewer values.' }));
      return { instances: plainInstances(nodes), findings };
    }
    fans.set(id, { axes, combinations: combine(axes) });
  }
  const instances = nodes.flatMap(([id, node]) => {
    // What is on a cycle has no place in the order; that is told of elsewhere.
    const { combinations } = fans.get(id) ?? { combinations: [new Map()] };
    return combinations.map((combination): Instance => {
      const axes = fans.get(id)?.axes ?? [];
      return {
        id: instanceId(id, axes, combination),
        written: id,
        node: rewrite(id, node, combination, fans, findings),
        matrix: new Map(
          axes.map((axis) => [labelOf(axis, axes), axis.values[combination.get(axis)!]!.parameter] as const),
        ),
      };
    });
  });
  return { instances, findings };
}

function plainInstances(nodes: readonly (readonly [string, Json])[]): Instance[] {
  return nodes.map(([id, node]) => ({ id, written: id, node, matrix: new Map() }));
}

/** The node that an instance's id was written as. */
export function writtenId(id: string): string {
  const bracket = id.indexOf('[');
  return bracket < 0 ? id : id.slice(0, bracket);
}

function ownAxes(id: string, matrix: ReadonlyMap<string, Parameter>, findings: Finding[]): Axis[] {
  return [...matrix].flatMap(([name, parameter]): Axis[] => {
    if (!Array.isArray(parameter.value) || parameter.value.length === 0) return [];
    const pointer = child(child(child('/nodes', id), 'matrix'), name);
    const labels = new Set<string>();
    const values = (parameter.value as readonly Json[]).flatMap((value, index) => {
      const label = labelOfValue(value, index);
      if (labels.has(label)) {
        findings.push(
          finding('invalid-value', atValue(child(pointer, index)), `The axis \`${name}\` has the value ${label} twice`),
        );
        return [];
      }
      labels.add(label);
      return [{ label, parameter: { ...parameter, value } }];
    });
    return [{ declarer: id, name, values }];
  });
}

/** What can stand in an id as it is; anything else goes by its place in the list. */
function labelOfValue(value: Json, index: number): string {
  const text = typeof value === 'object' && value !== null ? '' : String(value);
  return /^[\w.+/:-]{1,40}$/.test(text) ? text : `#${index}`;
}

/** An axis goes by its name, unless two of the node have the same. */
function labelOf(axis: Axis, axes: readonly Axis[]): string {
  const alone = axes.every((other) => other === axis || other.name !== axis.name);
  return alone ? axis.name : `${axis.declarer}.${axis.name}`;
}

function instanceId(id: string, axes: readonly Axis[], combination: Combination): string {
  if (axes.length === 0) return id;
  const parts = axes.map((axis) => `${labelOf(axis, axes)}=${axis.values[combination.get(axis)!]!.label}`);
  return `${id}[${parts.join(',')}]`;
}

function combine(axes: readonly Axis[]): Combination[] {
  return axes.reduce<Combination[]>(
    (combinations, axis) =>
      combinations.flatMap((combination) => axis.values.map((_, index) => new Map([...combination, [axis, index]]))),
    [new Map()],
  );
}

/** The texts of a node's references, with the port they are at. */
function referencesOf(node: Json): { readonly port: string; readonly text: string }[] {
  if (!isObject(node) || !isObject(node.inputs)) return [];
  return Object.entries(node.inputs).flatMap(([port, value]) =>
    [value].flat().flatMap((text) => (typeof text === 'string' ? [{ port, text }] : [])),
  );
}

function nodeOf(text: string): string[] {
  const name = referenceForm.exec(text)?.[1];
  return name === undefined ? [] : [name];
}

/** The axes that a follower gets: all of the node's, but those that the reference gathers or chooses from. */
function inheritedAxes(text: string, fans: ReadonlyMap<string, Fan>): readonly Axis[] {
  const [, name = '', selector] = referenceForm.exec(text) ?? [];
  const axes = fans.get(name)?.axes ?? [];
  if (selector === undefined) return axes;
  const { gathers, chosen } = readSelector(selector);
  return gathers ? [] : axes.filter((axis) => !chosen.has(labelOf(axis, axes)));
}

function readSelector(selector: string): { gathers: boolean; chosen: ReadonlyMap<string, string> } {
  const parts = selector.split(',').map((part) => part.trim());
  const pairs = parts.filter((part) => part !== '*').map((part) => part.split('='));
  return { gathers: parts.includes('*'), chosen: new Map(pairs.map(([axis = '', value = '']) => [axis, value])) };
}

/** The node with each reference rewritten to the instance that goes with `combination`; a gathering one to many. */
function rewrite(
  id: string,
  node: Json,
  combination: Combination,
  fans: ReadonlyMap<string, Fan>,
  findings: Finding[],
): Json {
  if (!isObject(node)) return node;
  const { matrix: _, ...rest } = node;
  if (!isObject(node.inputs)) return rest;
  const inputs = Object.fromEntries(
    Object.entries(node.inputs).map(([port, value]) => {
      const pointer = child(child(child('/nodes', id), 'inputs'), port);
      const resolve = (text: Json, place: string): readonly Json[] =>
        typeof text === 'string' ? instancesReferred(text, place, combination, fans, findings) : [text];
      if (Array.isArray(value)) {
        return [port, value.flatMap((text: Json, index) => resolve(text, child(pointer, index)))];
      }
      const found = resolve(value, pointer);
      return [port, typeof value === 'string' && value.includes('[*') ? found : found[0]!];
    }),
  );
  return { ...rest, inputs };
}

function instancesReferred(
  text: string,
  pointer: string,
  combination: Combination,
  fans: ReadonlyMap<string, Fan>,
  findings: Finding[],
): readonly string[] {
  const [, name = '', selector, port = ''] = referenceForm.exec(text) ?? [];
  const fan = fans.get(name);
  // An unknown node, or one on a cycle, which has one instance then: it is told of where references are read.
  if (fan === undefined) return [selector === undefined ? text : name + port];
  const { gathers, chosen } = readSelector(selector ?? '');
  const { axes } = fan;
  const wanted = new Map<Axis, number>();
  for (const [label, value] of selector === undefined ? [] : chosen) {
    const axis = axes.find((each) => labelOf(each, axes) === label);
    if (axis === undefined) {
      const names = axes.map((each) => labelOf(each, axes));
      const hint = suggest(label, names, 'Its axes') ?? `\`${name}\` has no matrix.`;
      findings.push(finding('unknown-node', atValue(pointer), `\`${name}\` has no axis \`${label}\``, { hint }));
      return [];
    }
    const index = axis.values.findIndex((each) => each.label === value || each.label === String(Number(value)));
    if (index < 0) {
      const message = `The axis \`${label}\` of \`${name}\` has no value ${value}`;
      const hint = `It has ${axis.values.map((each) => each.label).join(', ')}.`;
      findings.push(finding('unknown-node', atValue(pointer), message, { hint }));
      return [];
    }
    wanted.set(axis, index);
  }
  const fits = (candidate: Combination): boolean =>
    axes.every((axis) => {
      const fixed = wanted.get(axis) ?? combination.get(axis);
      return fixed === undefined ? gathers : candidate.get(axis) === fixed;
    });
  return fan.combinations.filter(fits).map((candidate) => instanceId(name, axes, candidate) + port);
}
