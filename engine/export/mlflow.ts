/** A run as MLflow keeps it: parameters, metrics with their history, tags. Pure. */
import { createHash } from 'node:crypto';
import { parameterText } from '../query-runs.js';
import type { RunRecord, TimedEvent } from '../record.js';
import type { Json } from '../spec.js';

export interface MlflowRun {
  readonly experiment: { readonly id: string; readonly name: string };
  readonly id: string;
  readonly name: string;
  readonly status: number;
  /** ms since 1970. */
  readonly start: number;
  readonly end: number | null;
  /** Each a line a value: time in ms, value, step. */
  readonly metrics: ReadonlyMap<string, readonly string[]>;
  readonly params: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
}

/** MLflow's numbers for the states of a run. */
const statuses: Readonly<Record<RunRecord['status'], number>> = { running: 1, done: 3, failed: 4, interrupted: 5 };

/** MLflow refuses a parameter that is longer. */
const longestParameter = 6000;

/**
 * Ids follow from the pipeline and the run, so that a run that is exported again takes its old place, and runs of one pipeline are of one
 * experiment. A node's metrics are `node/metric`, and its options `node.option`.
 */
export function mlflowRun(record: RunRecord, events: readonly TimedEvent[]): MlflowRun {
  const start = Date.parse(record.started);
  const end = record.duration_ms === undefined ? null : start + Math.round(record.duration_ms);
  const metrics = new Map<string, string[]>();
  const lastStep = new Map<string, number>();
  for (const event of events) {
    if (event.event !== 'node.log') continue;
    lastStep.set(event.node, event.step);
    for (const [name, value] of Object.entries(event.values)) {
      const key = `${event.node}/${name}`;
      metrics.set(key, [...(metrics.get(key) ?? []), metricText(Date.parse(event.time), value, event.step)]);
    }
  }
  for (const [id, { metrics: own = {} }] of Object.entries(record.nodes)) {
    for (const [name, value] of Object.entries(own)) {
      const key = `${id}/${name}`;
      metrics.set(key, [...(metrics.get(key) ?? []), metricText(end ?? start, value, lastStep.get(id) ?? 0)]);
    }
  }
  return {
    experiment: { id: experimentId(record.pipeline.name), name: record.pipeline.name },
    id: createHash('sha256').update(record.run).digest('hex').slice(0, 32),
    name: record.run,
    status: statuses[record.status],
    ...{ start, end, metrics: withSafeNames(metrics) },
    params: withSafeNames(new Map(parametersOf(record))),
    tags: new Map(tagsOf(record)),
  };
}

/** As MLflow makes them: 18 digits. */
function experimentId(name: string): string {
  const number = createHash('sha256').update(name).digest().readBigUInt64BE();
  return String(10n ** 17n + (number % (9n * 10n ** 17n)));
}

function parametersOf({ params, nodes }: RunRecord): [string, string][] {
  const ofNodes = Object.entries(nodes).flatMap(([id, { components }]) =>
    Object.entries(components?.config ?? {}).map(([name, value]): [string, Json] => [`${id}.${name}`, value as Json]),
  );
  return [...Object.entries(params), ...ofNodes].map(([name, value]) => [
    name,
    parameterText(value).slice(0, longestParameter),
  ]);
}

function tagsOf(record: RunRecord): [string, string][] {
  const { run, experiment, pipeline, git, device, versions } = record;
  return [
    ['mlflow.runName', run],
    ['mlflow.source.name', pipeline.file],
    ['mlflow.source.type', 'LOCAL'],
    ...(git ? [['mlflow.source.git.commit', git.commit] as [string, string]] : []),
    ...(git?.branch ? [['mlflow.source.git.branch', git.branch] as [string, string]] : []),
    ['lapidary.experiment', experiment],
    ['lapidary.device', device],
    ...Object.entries(versions).map(([name, version]): [string, string] => [`lapidary.version.${name}`, version]),
  ];
}

/** Python reads `Infinity` and `NaN` as they are written here. */
function metricText(time: number, value: number, step: number): string {
  return `${time} ${value} ${step}`;
}

/** MLflow takes letters, digits and `_-. /` in names; where two names would become the same, the later one is counted. */
function withSafeNames<Value>(named: ReadonlyMap<string, Value>): Map<string, Value> {
  const safe = new Map<string, Value>();
  for (const [name, value] of named) {
    const base = name.replace(/[^\w./-]/g, '_').replace(/^[./]+|\.\.+/g, '_');
    let unique = base;
    for (let count = 2; safe.has(unique); count++) unique = `${base}_${count}`;
    safe.set(unique, value);
  }
  return safe;
}
