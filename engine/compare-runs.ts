/** What two runs have in common and what not: parameters, nodes with the reasons, metrics. Pure. */
import { differences, type Reason } from './reason.js';
import type { NodeRecord, RunRecord } from './record.js';
import type { Json, JsonObject } from './spec.js';

export interface Change<Value> {
  /** Absent where the first run has it not. */
  readonly before?: Value;
  readonly after?: Value;
}

export interface NodeDifference {
  /** `same`: of one key; `changed`: of another one; `added`, `removed`: in one run only; `unknown`: a run has no key. */
  readonly change: 'same' | 'changed' | 'added' | 'removed' | 'unknown';
  readonly reasons: readonly Reason[];
  /** Output ports whose content differs. */
  readonly outputs: readonly string[];
}

export interface RunDifference {
  readonly params: Readonly<Record<string, Change<Json>>>;
  readonly nodes: Readonly<Record<string, NodeDifference>>;
  /** Node → metric → its two values; all metrics, also those that are equal. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, Change<number>>>>>;
  /** Node → reason → rows dropped, cut or repaired; only those that differ. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, Change<number>>>>>;
}

export function compareRuns(before: RunRecord, after: RunRecord): RunDifference {
  const ids = union(before.nodes, after.nodes);
  const both = <Value>(of: (node: NodeRecord) => Readonly<Record<string, Value>> | undefined) =>
    Object.fromEntries(
      ids.map((id) => {
        const [old, now] = [before.nodes[id], after.nodes[id]];
        return [id, changes((old && of(old)) ?? {}, (now && of(now)) ?? {})];
      }),
    );
  return {
    params: onlyDifferent(changes<Json>(before.params as JsonObject, after.params)),
    nodes: Object.fromEntries(ids.map((id) => [id, nodeDifference(before.nodes[id], after.nodes[id])])),
    metrics: withoutEmpty(both((node) => node.metrics)),
    counts: withoutEmpty(
      Object.fromEntries(Object.entries(both((node) => node.counts)).map(([id, own]) => [id, onlyDifferent(own)])),
    ),
  };
}

function nodeDifference(before: NodeRecord | undefined, after: NodeRecord | undefined): NodeDifference {
  if (!before) return { change: 'added', reasons: [], outputs: [] };
  if (!after) return { change: 'removed', reasons: [], outputs: [] };
  if (!before.components || !after.components) return { change: 'unknown', reasons: [], outputs: [] };
  const [old, now] = [before.outputs ?? {}, after.outputs ?? {}];
  return {
    change: before.key === after.key ? 'same' : 'changed',
    reasons: differences(before.components, after.components),
    outputs: union(old, now).filter((port) => old[port] !== now[port]),
  };
}

function changes<Value>(
  before: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
): Record<string, Change<Value>> {
  return Object.fromEntries(
    union(before, after).map((name) => [
      name,
      {
        ...(name in before ? { before: before[name]! } : {}),
        ...(name in after ? { after: after[name]! } : {}),
      },
    ]),
  );
}

function onlyDifferent<Value>(all: Record<string, Change<Value>>): Record<string, Change<Value>> {
  const text = (value: Value | undefined): string | undefined =>
    JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each));
  return Object.fromEntries(Object.entries(all).filter(([, { before, after }]) => text(before) !== text(after)));
}

function withoutEmpty<Value extends object>(all: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Object.keys(value).length > 0));
}

/** Names in the order of the second, then those that only the first has. */
function union(before: object, after: object): string[] {
  return [...new Set([...Object.keys(after), ...Object.keys(before)])];
}
