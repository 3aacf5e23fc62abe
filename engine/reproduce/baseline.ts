/** What a reproduction is measured by: the record of a run, or the lock file that a commit holds beside a pipeline. */
import type { Store } from '../../cache/store.js';
import type { KeyComponents } from '../key.js';
import type { LockFile } from '../lock-file.js';
import type { RunRecord } from '../record.js';
import type { Pins } from '../remote.js';

export interface BaselineNode {
  readonly outputs: Readonly<Record<string, string>>;
  /** Absent where only the digests are known. */
  readonly metrics?: Readonly<Record<string, number>>;
  readonly components?: KeyComponents;
  /** Where it was made: device, versions. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Baseline {
  readonly experiment: string;
  /** The run that it is the record of. */
  readonly run?: string;
  readonly device: string;
  readonly overrides: Readonly<Record<string, string>>;
  /** What the patterns of files on other machines meant. */
  readonly pins: Pins;
  /** Nodes that had a result. */
  readonly nodes: Readonly<Record<string, BaselineNode>>;
}

export function baselineOfRecord({ experiment, run, device, overrides, nodes, sources }: RunRecord): Baseline {
  const finished = Object.entries(nodes).flatMap(([id, { outputs, metrics, components, environment }]) =>
    outputs === undefined ? [] : [[id, defined({ outputs, metrics, components, environment })] as const],
  );
  return { experiment, run, device, overrides, pins: sources ?? {}, nodes: Object.fromEntries(finished) };
}

/** A lock file knows digests only; what else the store still knows of its keys is added. */
export function baselineOfLock({ experiment, nodes, sources }: LockFile, store: Store): Baseline {
  const locked = Object.entries(nodes).map(([id, { key, outputs }]) => {
    const trace = store.traces.getSync(key);
    if (trace === undefined) return [id, { outputs }] as const;
    const components = trace.components as unknown as KeyComponents;
    return [id, { outputs, metrics: trace.metrics, components, environment: trace.environment }] as const;
  });
  return { experiment, device: 'auto', overrides: {}, pins: sources ?? {}, nodes: Object.fromEntries(locked) };
}

/** The environment variables that the nodes used then, so that they are the same now. */
export function environmentOf({ nodes }: Baseline): Record<string, string> {
  return Object.assign({}, ...Object.values(nodes).map(({ components }) => components?.environment ?? {}));
}

function defined<T extends { outputs: BaselineNode['outputs'] }>(node: T): BaselineNode {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined)) as unknown as BaselineNode;
}
