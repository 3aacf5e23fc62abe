import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import t, { type Test } from 'tap';
import { reportFrontier } from '../../../nodes/report/frontier.kind.js';
import { frontierPoints, seriesOf } from '../../../nodes/report/frontier-points.js';
import { runKind } from '../run-kind.js';

const axes = { x: ['kl', 'kl_bound'], y: ['best', 'reward'] };
const points = {
  sft: { kl: 0, reward: 0.2 },
  'dpo 0.5': { kl: 2, reward: 0.6, kl_low: 1.5, kl_high: 2.5, reward_low: 0.5, reward_high: 0.7 },
  'dpo 0.1': { kl: 6, reward: 0.9 },
  ppo: { kl: 7, reward: 0.85 },
  'best of 4': { kl_bound: 0.64, best: 0.6, reward: 0.2 },
};

function report(t: Test, of: Readonly<Record<string, object>>, config: object = {}) {
  const folder = t.testdir({});
  const metrics = Object.values(of).map((values, index) => {
    const path = join(folder, `${index}.json`);
    writeFileSync(path, JSON.stringify(values));
    return path;
  });
  return runKind(reportFrontier, { config: { labels: Object.keys(of), ...axes, ...config }, inputs: { metrics } });
}

t.test('a point is on the frontier where no other one is better at less cost', async (t) => {
  const found = frontierPoints(
    Object.entries(points).map(([label, metrics]) => ({
      label,
      metrics: metrics as unknown as Record<string, number>,
    })),
    axes,
  );
  t.same(
    found.filter(({ isBest }) => isBest).map(({ label }) => label),
    ['sft', 'dpo 0.1', 'best of 4'],
  );
  t.same(found[1]!.cost, { value: 2, interval: { low: 1.5, high: 2.5 } });
  const twins = ['a', 'b'].map((label) => ({ label, metrics: { kl: 1, reward: 1 } }));
  t.ok(
    frontierPoints(twins, axes).every(({ isBest }) => isBest),
    'equals do not beat each other',
  );
});

t.test('names that begin alike are a series', async (t) => {
  t.same(['dpo 0.1', 'dpo[beta=0.1]', 'dpo(0.1)', 'ppo'].map(seriesOf), ['dpo', 'dpo', 'dpo', 'ppo']);
});

t.test('a table and a plot', async (t) => {
  const { outputs, displays, metrics } = await report(t, points, { x_label: 'cost', y_label: 'gain' });
  t.match(
    readFileSync(outputs.report!, 'utf8'),
    /\| dpo 0\.5 +\| 2 \[1\.500, 2\.500\] \| 0\.6000 \[0\.5000, 0\.7000\] \|/,
  );
  t.match(displays.frontier, /^point +cost +gain +on the frontier\nsft +0 +0\.2000 +yes\nbest of 4 /);
  t.match(metrics, { 'ppo.cost': 7, 'best of 4.gain': 0.6 });
  const svg = readFileSync(outputs.plot!, 'utf8');
  const { document } = parseHTML(svg);
  t.equal(document.querySelectorAll('circle').length, 5);
  for (const label of Object.keys(points)) t.ok(svg.includes(`>${label}</text>`), label);
  t.equal(svg, readFileSync((await report(t, points, { x_label: 'cost', y_label: 'gain' })).outputs.plot!, 'utf8'));
  t.notMatch(svg, /NaN|undefined|fill="(black|white)"/);
  t.match(svg, /^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
});

t.test('what is not there', async (t) => {
  await t.rejects(report(t, { a: { kl: 1 } }), {
    code: 'unknown-metric',
    message: /a has none of the metrics best, reward/,
  });
  await t.rejects(report(t, points, { labels: ['one'] }), { code: 'labels-mismatch' });
});
