/** Choosing among records of runs, and the metric that a person means by a name. Pure. */
import type { RunRecord } from './record.js';
import type { Json } from './spec.js';

export interface RunFilter {
  readonly pipeline?: string;
  readonly branch?: string;
  /** `killed` for those that say that they run, and do not. */
  readonly status?: string;
  /** Parameter → value, as text. */
  readonly params: Readonly<Record<string, string>>;
  readonly conditions: readonly Condition[];
}

/** `quality.accuracy>=0.8` */
export interface Condition {
  readonly metric: string;
  readonly comparison: '<' | '<=' | '=' | '>=' | '>';
  readonly value: number;
}

/** `undefined` where the text is no condition. */
export function readCondition(text: string): Condition | undefined {
  const [, metric = '', comparison = '', number = ''] =
    /^((?:\[[^\]]*\]|[^<>=[])+?)\s*(<=|>=|<|>|=)\s*(\S+)$/.exec(text.trim()) ?? [];
  const value = Number(number);
  if (metric === '' || number === '' || !Number.isFinite(value)) return undefined;
  return { metric, comparison: comparison as Condition['comparison'], value };
}

/** `status` is the run's own, as it is shown. */
export function matchesFilter(record: RunRecord, status: string, filter: RunFilter): boolean {
  return (
    (filter.pipeline === undefined || record.pipeline.name === filter.pipeline) &&
    (filter.branch === undefined || record.git?.branch === filter.branch) &&
    (filter.status === undefined || status === filter.status) &&
    Object.entries(filter.params).every(([name, text]) => parameterText(record.params[name]) === text) &&
    filter.conditions.every((condition) => {
      const value = metricOf(record, condition.metric);
      return value !== undefined && holds(value, condition);
    })
  );
}

function holds(value: number, { comparison, value: bound }: Condition): boolean {
  switch (comparison) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '=':
      return value === bound;
    case '>=':
      return value >= bound;
    case '>':
      return value > bound;
    default:
      return comparison satisfies never;
  }
}

/** A parameter's value as one would type it. */
export function parameterText(value: Json | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'bigint') return String(value);
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each));
}

/**
 * The metric `node.metric` of a run; or by its own name alone, that of the last node that has one of this name. Of a node with a
 * matrix, an instance is named: `quality[seed=7].accuracy`.
 */
export function metricOf({ nodes }: Pick<RunRecord, 'nodes'>, name: string): number | undefined {
  // The id of a node has no dot outside brackets, so the last one is where the metric begins.
  const dot = name.lastIndexOf('.');
  const own = dot < 0 ? undefined : nodes[name.slice(0, dot)]?.metrics?.[name.slice(dot + 1)];
  if (own !== undefined) return own;
  return Object.values(nodes)
    .map(({ metrics }) => metrics?.[name])
    .filter((value) => value !== undefined)
    .at(-1);
}

/** Names of all metrics of a run, as `node.metric`. */
export function metricNames({ nodes }: Pick<RunRecord, 'nodes'>): string[] {
  return Object.entries(nodes).flatMap(([id, { metrics }]) =>
    Object.keys(metrics ?? {}).map((name) => `${id}.${name}`),
  );
}

/** Sorted by a value, items without it last; items of equal value keep their order. */
export function sortByValue<Item>(
  items: readonly Item[],
  measure: (item: Item) => number | undefined,
  direction: 'ascending' | 'descending',
): Item[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return [...items].sort((a, b) => {
    const [first, second] = [measure(a), measure(b)];
    if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined);
    return sign * (first - second);
  });
}

/** One line of a table of experiments: a run, or the instances of its matrices that have the same values. */
export interface ExperimentRow {
  readonly record: RunRecord;
  readonly matrix: Readonly<Record<string, Json>>;
  /** `node.metric` → value, nodes without the values of their matrix. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The run with the metrics of nodes outside of matrices, and a row for each combination of values that there are. */
export function experimentRows(record: RunRecord): ExperimentRow[] {
  const rows = new Map<string, { matrix: Record<string, Json>; metrics: Record<string, number> }>();
  for (const [id, { matrix = {}, metrics = {} }] of Object.entries(record.nodes)) {
    if (Object.keys(metrics).length === 0) continue;
    const group = JSON.stringify(Object.entries(matrix).map(([axis, value]) => [axis, parameterText(value)]));
    const row = rows.get(group) ?? { matrix, metrics: {} };
    rows.set(group, row);
    for (const [name, value] of Object.entries(metrics)) row.metrics[`${withoutMatrix(id)}.${name}`] = value;
  }
  return [...rows.values()].map((row) => ({ record, ...row }));
}

/** `data[size=1]/sft[seed=7]` → `data/sft` */
export function withoutMatrix(id: string): string {
  return id.replace(/\[[^\]]*\]/g, '');
}

/** Parameters and axes that have different values in the rows: what a table has to tell. */
export function varyingNames(rows: readonly ExperimentRow[]): string[] {
  const texts = new Map<string, Set<string>>();
  for (const { record, matrix } of rows) {
    for (const [name, value] of Object.entries({ ...record.params, ...matrix })) {
      texts.set(name, (texts.get(name) ?? new Set()).add(parameterText(value)));
    }
  }
  const axes = new Set(rows.flatMap(({ matrix }) => Object.keys(matrix)));
  const everywhere = (name: string) => rows.every(({ record, matrix }) => name in record.params || name in matrix);
  return [...texts].flatMap(([name, values]) => (values.size > 1 || axes.has(name) || !everywhere(name) ? [name] : []));
}

/** The value of `node.metric`, or of the last metric of this name. */
export function rowMetric({ metrics }: ExperimentRow, name: string): number | undefined {
  return metrics[name] ?? Object.entries(metrics).findLast(([each]) => each.endsWith(`.${name}`))?.[1];
}

export function valueIn({ record, matrix }: ExperimentRow, name: string): Json | undefined {
  return name in matrix ? matrix[name] : record.params[name];
}
