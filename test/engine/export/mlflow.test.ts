import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { mlflowRun } from '../../../engine/export/mlflow.js';
import { writeMlflowRun } from '../../../engine/export/write-mlflow.js';
import type { RunRecord, TimedEvent } from '../../../engine/record.js';

const record = (run: string, more: object = {}) =>
  ({
    ...{ version: 1, run, experiment: 'e'.repeat(64), params: { seed: 7n, 'learning rate': 0.1 } },
    pipeline: { name: 'demo', file: 'pipelines/demo.yaml', text: 'name: demo\n' },
    git: { commit: 'c0ffee', branch: 'main', dirty: false },
    ...{
      device: 'auto',
      versions: { lapidary: '0.1.0' },
      started: '2026-01-01T00:00:00.000Z',
      status: 'done',
      duration_ms: 1500,
    },
    nodes: {
      'sft[lr=0.1,seed=7]': {
        ...{ uses: 'train.supervised', metrics: { 'exact_match,first': 0.5, loss: 0.25 } },
        components: { config: { learning_rate: 0.1, adapter: null, note: 'x'.repeat(7000) } },
      },
      'sft[lr=0.1_seed=7]': { uses: 'train.supervised', metrics: { loss: 0.75 } },
    },
    ...more,
  }) as unknown as RunRecord;
const log = (step: number, loss: number) =>
  ({
    event: 'node.log',
    time: `2026-01-01T00:00:0${step}.000Z`,
    node: 'sft[lr=0.1,seed=7]',
    step,
    values: { loss },
  }) as TimedEvent;

t.test('metrics have their history, and names that MLflow takes', async (t) => {
  const { metrics, params, tags, ...run } = mlflowRun(record('20260101-000000000-aaaaaa'), [
    log(1, 2),
    log(2, Number.NaN),
  ]);
  const began = Date.parse('2026-01-01T00:00:00.000Z');
  t.match(run, { status: 3, start: began, end: began + 1500, name: '20260101-000000000-aaaaaa' });
  t.match(run.id, /^[0-9a-f]{32}$/);
  t.match(run.experiment, { name: 'demo', id: /^[1-9]\d{17}$/ });
  t.same(
    [...metrics],
    [
      ['sft_lr_0.1_seed_7_/loss', [`${began + 1000} 2 1`, `${began + 2000} NaN 2`, `${began + 1500} 0.25 2`]],
      ['sft_lr_0.1_seed_7_/exact_match_first', [`${began + 1500} 0.5 2`]],
      ['sft_lr_0.1_seed_7_/loss_2', [`${began + 1500} 0.75 0`]],
    ],
  );
  t.match(Object.fromEntries(params), { seed: '7', learning_rate: '0.1', 'sft_lr_0.1_seed_7_.adapter': 'null' });
  t.equal(params.get('sft_lr_0.1_seed_7_.note')!.length, 6000);
  t.match(Object.fromEntries(tags), { 'mlflow.source.git.commit': 'c0ffee', 'lapidary.experiment': 'e'.repeat(64) });
  t.equal(mlflowRun(record('a', { status: 'interrupted', duration_ms: undefined }), []).end, null);
});

t.test('runs of one pipeline stand beside one another, and one that is written again in its own place', async (t) => {
  const folder = t.testdir({});
  for (const name of ['one', 'two', 'one']) {
    const own = record(name, name === 'two' ? { status: 'failed' } : {});
    await writeMlflowRun(mlflowRun(own, [log(1, 2)]), own, folder);
  }
  const [experiment] = readdirSync(folder);
  const runs = readdirSync(join(folder, experiment!)).filter((name) => name !== 'meta.yaml');
  t.equal(runs.length, 2);
  t.match(parse(readFileSync(join(folder, experiment!, 'meta.yaml'), 'utf8')), {
    name: 'demo',
    lifecycle_stage: 'active',
  });
  const metas = runs.map((run) => parse(readFileSync(join(folder, experiment!, run, 'meta.yaml'), 'utf8')));
  t.same(metas.map(({ run_name, status }) => `${run_name} ${status}`).sort(), ['one 3', 'two 4']);
  for (const [index, { run_id, artifact_uri, experiment_id }] of metas.entries()) {
    t.match({ run_id, experiment_id }, { run_id: runs[index], experiment_id: experiment });
    t.match(artifact_uri, /^file:\/\/.*\/artifacts$/);
    const own = join(folder, experiment!, runs[index]!);
    t.match(readFileSync(join(own, 'metrics/sft_lr_0.1_seed_7_/loss'), 'utf8'), /^\d{13} 2 1\n\d{13} 0.25 1\n$/);
    t.same(readdirSync(join(own, 'artifacts')).sort(), ['demo.yaml', 'record.json']);
  }
});
