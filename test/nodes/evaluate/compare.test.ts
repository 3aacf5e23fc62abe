import { readFileSync } from 'node:fs';
import t from 'tap';
import { evaluateCompare } from '../../../nodes/evaluate/compare.kind.js';
import { runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';

const n = 80;
/** Every third response is right, and those below `more` too. */
const samples = (more: number) =>
  Array.from({ length: n }, (_, i) => ({
    prompt: `question ${i}`,
    reference: `answer ${i}`,
    response: i % 3 === 0 || i < more ? `answer ${i}` : 'unknown',
  }));
const compare = (systems: readonly (readonly object[])[], config: object) =>
  runKind(evaluateCompare, {
    config: { bootstrap_resamples: 1000, permutations: 1000, ...config },
    inputs: { samples: systems.map(writeDataset) },
  });

t.test('what is better is found, and what is alike is not', async (t) => {
  const result = await compare([samples(0), samples(30), samples(0)], {
    labels: ['base', 'tuned', 'twin'],
    metrics: ['exact_match', 'chrf'],
  });
  const { metrics } = result;
  t.equal(metrics['tuned.exact_match'], 20 / n);
  t.ok(metrics['tuned.exact_match_low']! > 0.1 && metrics['tuned.exact_match_high']! < 0.4);
  t.equal(metrics['tuned.exact_match_p_value'], 1 / 1001, 'the least that 1000 permutations can say');
  t.ok(metrics['tuned.exact_match_minimum_detectable']! > 0.05);
  t.ok(metrics['tuned.chrf_low']! > 0);
  t.equal(metrics['twin.exact_match'], 0);
  t.equal(metrics['twin.exact_match_p_value'], 1);
  t.notOk('twin.exact_match_minimum_detectable' in metrics);
  t.equal(metrics.n, n);
  t.match(result.displays.differences, /tuned +exact_match +\+0\.2500 +\[0\.\d+, 0\.\d+\]/);
  t.match(readFileSync(result.outputs.report!, 'utf8'), /^\| against base \| +metric \|/);
});

t.test('what is not paired is refused', async (t) => {
  const labels = ['a', 'b'];
  await t.rejects(compare([samples(0), samples(0).slice(1)], { labels }), {
    code: 'samples-mismatch',
    message: 'a has 80 rows, and b has 79.',
  });
  await t.rejects(compare([samples(0), samples(0).reverse()], { labels }), {
    code: 'samples-mismatch',
    message: /^Row 1 of a and of b/,
  });
  await t.rejects(compare([samples(0), samples(0)], { labels: ['a', 'b', 'c'] }), { code: 'labels-mismatch' });
  await t.rejects(compare([samples(0), samples(0)], { labels, metrics: ['distinct_1'] }), /has no pairs/);
});
