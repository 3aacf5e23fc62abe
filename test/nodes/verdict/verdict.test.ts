import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { judge, verdictOf, verdictOfAll } from '../../../nodes/verdict/decide.js';
import { reportVerdict } from '../../../nodes/verdict/verdict.kind.js';
import { tempFile } from '../data/temp.js';
import { type KindResult, runKind } from '../run-kind.js';

const above = (value: number) => ({ side: 'above', value }) as const;
const below = (value: number) => ({ side: 'below', value }) as const;

function verdict(
  config: Readonly<Record<string, unknown>>,
  metrics: readonly number[],
  baseline?: readonly number[],
): Promise<KindResult> {
  const files = (values: readonly number[]) =>
    values.map((score) => tempFile('m.json', JSON.stringify({ score, other: 1 })));
  return runKind(reportVerdict, {
    config: { claim: 'It is better.', metric: 'score', ...config },
    inputs: { metrics: files(metrics), ...(baseline ? { baseline: files(baseline) } : {}) },
  });
}

t.test('an interval is on one side of a bound, or on both', async (t) => {
  t.equal(verdictOf({ low: 0.1, high: 0.3 }, above(0)), 'supported');
  t.equal(verdictOf({ low: -0.1, high: 0.3 }, above(0)), 'undecided');
  t.equal(verdictOf({ low: -0.3, high: 0 }, above(0)), 'not supported');
  t.equal(verdictOf({ low: 0, high: 0 }, above(0)), 'not supported', 'no difference is not above none');
  t.equal(verdictOf({ low: 0, high: 0.3 }, above(0)), 'undecided');
  t.equal(verdictOf({ low: -0.1, high: 0.019 }, below(0.02)), 'supported');
  t.equal(verdictOf({ low: 0.02, high: 0.03 }, below(0.02)), 'not supported');
});

t.test('below is above, mirrored', async () => {
  const value = fc.double({ min: -9, max: 9, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 3, maxLength: 6 }), value, (values, bound) => {
      const mirrored = values.map((each) => -each);
      return judge(values, above(bound), 0.95).verdict === judge(mirrored, below(-bound), 0.95).verdict;
    }),
  );
});

t.test('all conditions must hold', async (t) => {
  t.equal(verdictOfAll(['supported', 'supported']), 'supported');
  t.equal(verdictOfAll(['supported', 'undecided']), 'undecided');
  t.equal(verdictOfAll(['undecided', 'not supported', 'supported']), 'not supported');
});

t.test('runs against their baselines, in pairs', async (t) => {
  // The levels differ by seed far more than the difference does: unpaired, nothing could be told.
  const { metrics, displays, outputs } = await verdict({ above: 0 }, [0.52, 0.73, 0.94], [0.5, 0.7, 0.9]);
  // SciPy 1.17: ttest_rel(…).confidence_interval(0.95) → 0.005158623, 0.054841377.
  t.equal(metrics.verdict, 1);
  t.ok(Math.abs(metrics.mean! - 0.03) < 1e-12);
  t.ok(Math.abs(metrics.mean_low! - 0.00515862) < 1e-7, String(metrics.mean_low));
  t.ok(Math.abs(metrics.mean_high! - 0.05484138) < 1e-7);
  t.equal(
    displays.verdict,
    [
      'supported: It is better.',
      '       baseline  claimed for  difference               interval                     by seed    verdict',
      'score    0.7000       0.7300    +0.03000  [+0.005159, +0.05484]  +0.02000 +0.03000 +0.04000  supported',
      'Claimed: score, the mean difference, paired by seed, is above 0. ' +
        "Interval: Student's t at 95 % over 3 seeds.",
    ].join('\n'),
  );
  t.match(readFileSync(outputs.report!, 'utf8'), /^\*\*supported\*\*: It is better\.\n\n\| +\| baseline \|/);
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
});

t.test('a metric alone, and parts of a baseline', async (t) => {
  const alone = await verdict({ above: 0.5, confidence_level: 0.8 }, [0.4, 0.6, 0.7]);
  t.match(alone.metrics, { verdict: 0, n: 3 });
  t.match(alone.displays.verdict, /^undecided: [\s\S]*score, the mean is above 0.5000\..*at 80 %/);
  const relative = await verdict({ below: 0.02, relative: true }, [2.02, 3.03, 4.04, 5.06], [2, 3, 4, 5]);
  t.match(relative.metrics, { verdict: 1, n: 4 });
  t.match(relative.displays.verdict, /\+1\.000 % \+1\.000 % \+1\.000 % \+1\.200 % .*\n.*is below \+2 %/);
});

t.test('conditions share the inputs out in their order', async (t) => {
  const { metrics, displays } = await verdict(
    { above: 0, conditions: ['few', 'many'] },
    [5, 5.1, 4.9, 1, 1.1, 0.9],
    [2, 2, 2, 3, 3, 3],
  );
  t.match(metrics, { verdict: -1, 'few.mean': 3, n: 3 });
  t.ok(metrics['many.mean_high']! < -1.7);
  t.match(displays.verdict, /^not supported: .*\n.*\nfew .* supported\nmany .* not supported\n/);
});

t.test('what cannot be judged', async (t) => {
  await t.rejects(verdict({}, [1, 2, 3]), /either `above` or `below`/);
  await t.rejects(verdict({ above: 0, below: 1 }, [1, 2, 3]), /either `above` or `below`/);
  await t.rejects(verdict({ above: 0 }, [1, 2]), { code: 'too-few-runs' });
  await t.rejects(verdict({ above: 0 }, [1, 2, 3], [1, 2]), { code: 'unpaired-runs' });
  await t.rejects(verdict({ above: 0, conditions: ['a', 'b'] }, [1, 2, 3, 4, 5]), { code: 'conditions-mismatch' });
  await t.rejects(verdict({ above: 0, relative: true }, [1, 2, 3], [1, 0, 1]), { code: 'baseline-zero' });
  await t.rejects(verdict({ above: 0, metric: 'none' }, [1, 2, 3]), { code: 'unknown-metric', hint: /score, other/ });
});
