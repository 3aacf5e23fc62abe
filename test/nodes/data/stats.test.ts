import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { summarise } from '../../../nodes/data/field-stats.js';
import { dataStats } from '../../../nodes/data/stats.kind.js';
import { type KindResult, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

function stats(rows: readonly object[], config: object = {}): Promise<KindResult> {
  return runKind(dataStats, { config: { ...config }, inputs: { dataset: tempRows(rows) } });
}

t.test('lengths, gaps, labels and duplicates', async (t) => {
  const rows = [
    { text: 'One two.', label: 'a', meta: { n: 1 } },
    { text: 'é 😀 e', label: 'b' },
    { label: 'a', text: 'One two.', meta: { n: 1 } },
    { text: ' ', label: 'a', meta: {} },
    { label: 'a', meta: null },
  ];
  const { metrics, displays, outputs } = await stats(rows);
  t.match(metrics, {
    rows: 5,
    duplicate_rows: 1,
    labels: 2,
    largest_label_share: 0.8,
    'text.missing': 1,
    'text.empty': 1,
    'text.characters_min': 1,
    'text.characters_mean': 5.5,
    'text.characters_p50': 5,
    'text.characters_p90': 8,
    'text.characters_max': 8,
    'text.words_min': 0,
    'text.words_mean': 1.5,
    'text.words_max': 2,
    'meta.missing': 2,
    'meta.empty': 1,
  });
  t.notOk('meta.characters_min' in metrics);
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
  const report = readFileSync(outputs.report!, 'utf8');
  t.match(report, /^5 rows, 1 of them duplicates of one before\.\n\n\| field /);
  t.match(report, /\| "a" +\| +4 \| 0\.8000 \|/);
  t.match(displays.dataset, /\ntext +1 +1 +characters +1 +5\.500 +5 +8 +8\n +words +0 +1\.500 /);
});

t.test('of messages, what is said is measured', async (t) => {
  const messages = [
    { role: 'user', content: 'one two' },
    { role: 'assistant', content: 'three' },
  ];
  const { metrics } = await stats([{ messages }]);
  t.equal(metrics['messages.words_max'], 3);
  t.equal(metrics['messages.characters_max'], 13);
});

t.test('chosen fields and another label', async (t) => {
  const { metrics } = await stats(
    [
      { a: { b: 'x y' }, c: 1 },
      { a: {}, c: 2 },
    ],
    { fields: ['a.b'], label: 'c' },
  );
  t.same(Object.keys(metrics).filter((name) => name.startsWith('a.b')).length, 12);
  t.match(metrics, { 'a.b.missing': 1, labels: 2, largest_label_share: 0.5 });
  await t.rejects(stats([{}], { fields: ['a['] }), /fields\/0/);
  await t.rejects(stats([{}], { label: 'a[' }), /label .*not the path/);
});

t.test('many labels are summed up', async (t) => {
  const { displays } = await stats(Array.from({ length: 40 }, (_, label) => ({ label })));
  t.match(displays.dataset, /\n10 others +10 +0\.2500$/);
});

t.test('no rows are refused', async (t) => {
  await t.rejects(stats([]), { code: 'dataset-empty' });
});

t.test('percentiles are values that so many are not above', async () => {
  const property = fc.property(fc.array(fc.nat(50), { minLength: 1 }), (values) => {
    const { min, mean, p50, p90, max } = summarise(values);
    const notAbove = (bound: number): number => values.filter((value) => value <= bound).length / values.length;
    return (
      [p50, p90].every((value) => values.includes(value)) &&
      notAbove(p50) >= 0.5 &&
      notAbove(p90) >= 0.9 &&
      notAbove(p50 - 1) < 0.5 &&
      notAbove(p90 - 1) < 0.9 &&
      min === Math.min(...values) &&
      max === Math.max(...values) &&
      Math.abs(mean - values.reduce((a, b) => a + b) / values.length) < 1e-9
    );
  });
  fc.assert(property);
});
