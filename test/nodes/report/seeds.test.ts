import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { reportSeeds } from '../../../nodes/report/seeds.kind.js';
import { overSeeds } from '../../../nodes/statistics/over-seeds.js';
import { runKind } from '../run-kind.js';

const folder = mkdtempSync(join(tmpdir(), 'lapidary-seeds-'));
const metricsFiles = (all: readonly object[]) =>
  all.map((metrics, index) => {
    const path = join(folder, `${index}-${JSON.stringify(metrics).length}.json`);
    writeFileSync(path, JSON.stringify(metrics));
    return path;
  });

t.test('what seeds say together', (t) => {
  const options = { resamples: 1000, confidence: 0.95, seed: 0 };
  const found = overSeeds([1, 2, 3, 4, 100], options);
  t.match(found, { n: 5, mean: 22, min: 1, max: 100, iqm: 3 });
  t.ok(Math.abs(found.deviation! - 43.61766) < 1e-4);
  t.ok(found.interval!.low >= 1 && found.interval!.low < 3 && found.interval!.high > 3);
  t.match(overSeeds([5], options), { n: 1, mean: 5, iqm: 5, deviation: undefined, interval: undefined });
  t.end();
});

t.test('metrics of instances of a matrix', async (t) => {
  const all = [0.5, 0.7, 0.6].map((acc, index) => ({
    acc,
    acc_low: acc - 0.1,
    acc_high: acc + 0.1,
    n: 10,
    [`own${index}`]: 1,
  }));
  const { metrics, outputs, displays } = await runKind(reportSeeds, { inputs: { metrics: metricsFiles(all) } });
  t.match(metrics, { acc_mean: 0.6, acc_min: 0.5, acc_max: 0.7, n: 10, n_std: 0, seeds: 3 });
  t.ok(Math.abs(metrics.acc! - 0.6) < 1e-12 && Math.abs(metrics.acc_std! - 0.1) < 1e-12);
  t.ok(metrics.acc_low! >= 0.5 && metrics.acc_low! < 0.6 && metrics.acc_high! > 0.6 && metrics.acc_high! <= 0.7);
  t.notOk('own0' in metrics || 'acc_low_mean' in metrics, 'what not all have, and the ends of intervals, are left out');
  t.match(displays['over seeds'], /acc +3 +0.6000 +0.1000 +0.6000 \[0.5\d+, 0.\d+\] +0.5000 +0.7000/);
  t.match(readFileSync(outputs.report!, 'utf8'), /\| metric \| seeds/);
});

t.test('what has no spread', async (t) => {
  const one = { inputs: { metrics: metricsFiles([{ acc: 1 }]) } };
  await t.rejects(runKind(reportSeeds, one), { code: 'too-few-seeds' });
  const two = { inputs: { metrics: metricsFiles([{ acc: 1 }, { f1: 1 }]) } };
  await t.rejects(runKind(reportSeeds, two), { code: 'unknown-metric', message: /all the inputs/ });
  await t.rejects(runKind(reportSeeds, { ...two, config: { metrics: ['acc'] } }), {
    message: /Input 2 has no metric acc/,
  });
});
