import { readFileSync } from 'node:fs';
import t from 'tap';
import { reportCompare } from '../../../nodes/report/compare.kind.js';
import { formatDifference, formatNumber } from '../../../nodes/report/table.js';
import { tempFile } from '../data/temp.js';
import { type KindResult, runKind } from '../run-kind.js';

function compare(metrics: readonly object[], config: Readonly<Record<string, unknown>>): Promise<KindResult> {
  return runKind(reportCompare, {
    config,
    inputs: { metrics: metrics.map((m) => tempFile('m.json', JSON.stringify(m))) },
  });
}

t.test('two nodes, with their difference', async (t) => {
  const result = await compare(
    [
      { exact_match: 0, loss: 4.51234, questions: 50 },
      { exact_match: 0.64, loss: 2.25, questions: 50, tokens: 1 },
    ],
    { labels: ['base', 'fine-tuned'] },
  );
  t.equal(
    result.displays.comparison,
    [
      'metric        base  fine-tuned  difference',
      'exact_match      0      0.6400     +0.6400',
      'loss         4.512       2.250      -2.262',
      'questions       50          50           0',
      'tokens                       1',
    ].join('\n'),
  );
  t.equal(
    readFileSync(result.outputs.report!, 'utf8'),
    [
      '| metric      |  base | fine-tuned | difference |',
      '| ----------- | ----: | ---------: | ---------: |',
      '| exact_match |     0 |     0.6400 |    +0.6400 |',
      '| loss        | 4.512 |      2.250 |     -2.262 |',
      '| questions   |    50 |         50 |          0 |',
      '| tokens      |       |          1 |            |',
      '',
    ].join('\n'),
  );
  t.equal(result.metrics['fine-tuned.exact_match'], 0.64);
  t.notOk('base.tokens' in result.metrics);
});

t.test('some metrics of three nodes, in the order asked for', async (t) => {
  const result = await compare([{ a: 1, 'b|c': 2 }, { a: 3 }, { 'b|c': 4 }], {
    labels: ['x', 'y', 'z'],
    metrics: ['b|c', 'a'],
  });
  t.equal(result.displays.comparison, ['metric  x  y  z', 'b|c     2     4', 'a       1  3'].join('\n'));
  t.match(readFileSync(result.outputs.report!, 'utf8'), /\| b\\\|c {3}\| {3}2 \|/);
  t.same(result.metrics, { 'x.b|c': 2, 'x.a': 1, 'y.a': 3, 'z.b|c': 4 });
});

t.test('intervals stand beside their metric', async (t) => {
  const { displays, metrics } = await compare(
    [
      { f1: 0.5, f1_low: 0.25, f1_high: 0.75, tide_low: 1 },
      { f1: 0.625, f1_low: 0.5, f1_high: 1 },
    ],
    { labels: ['a', 'b'] },
  );
  t.equal(
    displays.comparison,
    [
      'metric                          a                   b  difference',
      'f1        0.5000 [0.2500, 0.7500]  0.6250 [0.5000, 1]     +0.1250',
      'tide_low                        1',
    ].join('\n'),
  );
  t.same(metrics, { 'a.f1': 0.5, 'b.f1': 0.625, 'a.tide_low': 1 });
});

t.test('what cannot be compared is refused', async (t) => {
  await t.rejects(compare([{ a: 1 }], { labels: ['x', 'y'] }), { code: 'labels-mismatch', message: /2 labels for 1 / });
  await t.rejects(compare([{ a: 1 }], { labels: ['x'], metrics: ['b'] }), {
    code: 'unknown-metric',
    hint: /They have: a/,
  });
  await t.rejects(compare([{ a: 'x' }], { labels: ['x'] }), {
    code: 'metrics-invalid',
    message: /metric a of x .*"x"/,
  });
  await t.rejects(compare([[]], { labels: ['x'] }), { code: 'metrics-invalid' });
  const broken = { config: { labels: ['x'] }, inputs: { metrics: [tempFile('m.json', '{')] } };
  await t.rejects(runKind(reportCompare, broken), { code: 'metrics-invalid', message: /not valid JSON/ });
  await t.rejects(compare([{ a: 1 }, { a: 1 }], { labels: ['x', 'x'] }), /duplicate/);
  await t.rejects(compare([{ a: 1 }], { labels: ['x.y'] }), /pattern/);
});

t.test('numbers show what matters of them', (t) => {
  t.same([0, 250, 0.63, 12.3456, 1204.54, 1.2e-7, -0.5, 1e20].map(formatNumber), [
    '0',
    '250',
    '0.6300',
    '12.35',
    '1204.5',
    '1.2e-7',
    '-0.5000',
    '1.0e+20',
  ]);
  t.same([0, 1, -1, 0.25].map(formatDifference), ['0', '+1', '-1', '+0.2500']);
  t.end();
});
