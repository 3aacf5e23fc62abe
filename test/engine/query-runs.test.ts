/** Choosing among runs, by what their records say. */
import t from 'tap';
import {
  experimentRows,
  matchesFilter,
  metricNames,
  metricOf,
  type RunFilter,
  readCondition,
  rowMetric,
  sortByValue,
  varyingNames,
} from '../../engine/query-runs.js';
import type { NodeRecord, RunRecord } from '../../engine/record.js';

function node(metrics: Record<string, number>, matrix?: NodeRecord['matrix']): NodeRecord {
  const base = { uses: 'k', recipe: 'r', status: 'executed', duration_ms: 1, metrics } as const;
  return matrix ? { ...base, matrix } : base;
}

function record(nodes: Record<string, NodeRecord>, more: Partial<RunRecord> = {}): RunRecord {
  return {
    version: 1,
    run: '20260101-000000000-aaaaaa',
    experiment: 'e',
    pipeline: { name: 'p', file: 'p.yaml', text: '' },
    params: { lr: 0.001, big: 12345678901234567890n },
    overrides: {},
    device: 'auto',
    versions: {},
    pid: 1,
    started: '2026-01-01T00:00:00.000Z',
    status: 'done',
    nodes,
    ...more,
  };
}

const run = record(
  {
    train: node({ loss: 0.5 }),
    'sft[lr=0.1]': node({ loss: 0.4 }, { lr: 0.1 }),
    'sft[lr=0.2]': node({ loss: 0.3 }, { lr: 0.2 }),
    'eval[lr=0.1]': node({ accuracy: 0.8 }, { lr: 0.1 }),
  },
  { git: { commit: 'c', branch: 'main', dirty: false } },
);

t.test('a metric by its name', async (t) => {
  t.equal(metricOf(run, 'train.loss'), 0.5);
  t.equal(metricOf(run, 'sft[lr=0.2].loss'), 0.3, 'a dot in an id is no end of it');
  t.equal(metricOf(run, 'accuracy'), 0.8);
  t.equal(metricOf(run, 'loss'), 0.3, 'the last that there is');
  t.equal(metricOf(run, 'train.accuracy'), undefined);
  t.equal(metricNames(run).length, 4);
});

t.test('conditions', async (t) => {
  t.same(readCondition('a.b >= 0.5'), { metric: 'a.b', comparison: '>=', value: 0.5 });
  t.same(readCondition('sft[lr=0.1].loss<1e-3'), { metric: 'sft[lr=0.1].loss', comparison: '<', value: 0.001 });
  for (const wrong of ['', 'loss', 'loss>', '>1', 'loss>x', 'loss>NaN'])
    t.equal(readCondition(wrong), undefined, wrong);
});

t.test('a filter', async (t) => {
  const matches = (filter: Partial<RunFilter>) => matchesFilter(run, 'done', { params: {}, conditions: [], ...filter });
  t.ok(
    matches({ pipeline: 'p', branch: 'main', status: 'done', params: { lr: '0.001', big: '12345678901234567890' } }),
  );
  for (const no of [
    { pipeline: 'q' },
    { branch: 'b' },
    { status: 'failed' },
    { params: { lr: '0.1' } },
    { params: { no: '', lr: '1' } },
  ]) {
    t.notOk(matches(no), JSON.stringify(no));
  }
  const on = (text: string) => matches({ conditions: [readCondition(text)!] });
  t.same(['accuracy>0.7', 'accuracy>=0.8', 'accuracy=0.8', 'accuracy<0.8', 'accuracy<=0.7', 'none>0'].map(on), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

t.test('sorting leaves those without a value last, and equals in their order', async (t) => {
  const items = [
    { n: 'a', v: 1 },
    { n: 'b', v: undefined },
    { n: 'c', v: 2 },
    { n: 'd', v: 1 },
  ];
  const names = (direction: 'ascending' | 'descending') =>
    sortByValue(items, ({ v }) => v, direction).map(({ n }) => n);
  t.same(names('descending'), ['c', 'a', 'd', 'b']);
  t.same(names('ascending'), ['a', 'd', 'c', 'b']);
});

t.test('rows of a table: a run, and each combination of a matrix', async (t) => {
  const rows = experimentRows(run);
  t.same(
    rows.map(({ matrix, metrics }) => ({ matrix, metrics })),
    [
      { matrix: {}, metrics: { 'train.loss': 0.5 } },
      { matrix: { lr: 0.1 }, metrics: { 'sft.loss': 0.4, 'eval.accuracy': 0.8 } },
      { matrix: { lr: 0.2 }, metrics: { 'sft.loss': 0.3 } },
    ],
  );
  t.equal(rowMetric(rows[1]!, 'accuracy'), 0.8);
  t.equal(rowMetric(rows[2]!, 'sft.loss'), 0.3);
  t.same(varyingNames(rows), ['lr'], 'what is the same everywhere is not told');
});
