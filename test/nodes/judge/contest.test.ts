import fc from 'fast-check';
import t from 'tap';
import { bothOrders, outcomesOf, type Verdict } from '../../../nodes/judge/contest.js';
import { parseVerdict } from '../../../nodes/judge/parse-verdict.js';
import { winRate } from '../../../nodes/judge/win-rate.js';
import { wilsonInterval } from '../../../nodes/statistics/spread.js';

const options = { resamples: 500, confidence: 0.95, seed: 3 };
const judged = (verdicts: readonly (Verdict | undefined)[], prompts?: readonly string[]) =>
  outcomesOf(verdicts).map((outcome, index) => ({ ...outcome, prompt: prompts?.[index] ?? String(index) }));

t.test('both orders are asked, and each outcome is a mean over them', async (t) => {
  const pair = { prompt: 'p', response: 'own', baseline: 'other', row: {} };
  t.match(bothOrders([pair]), [
    { first: 'own', second: 'other' },
    { first: 'other', second: 'own' },
  ]);
  const won = (...verdicts: (Verdict | undefined)[]) => outcomesOf(verdicts)[0]!.won;
  t.equal(won('first', 'second'), 1);
  t.equal(won('second', 'first'), 0);
  t.equal(won('first', 'first'), 0.5, 'a judge that likes what stands first has made a tie');
  t.equal(won('tie', 'second'), 0.75);
  t.equal(won('first', undefined), undefined);
});

t.test('rates and counts', async (t) => {
  const verdicts: (Verdict | undefined)[] = [
    ...(['first', 'second'] as const),
    ...(['first', 'second'] as const),
    ...(['second', 'first'] as const),
    ...(['first', 'first'] as const),
    ...(['tie', 'tie'] as const),
    ...(['first', undefined] as const),
  ];
  const metrics = winRate(judged(verdicts), options);
  t.match(metrics, { win_rate: 0.6, wins: 2, ties: 2, losses: 1, n: 5, unjudged: 1, consistency: 0.8 });
  t.equal(metrics.first_preference, 6 / 9);
  t.ok(metrics.win_rate_low! < 0.6 && metrics.win_rate_high! > 0.6);
  const { low, high } = wilsonInterval(3, 5, 0.95);
  t.match(metrics, { wilson_low: low, wilson_high: high });
});

t.test('a model against itself: whoever is called the baseline, the rates add up to one', async () => {
  const verdict = fc.constantFrom<Verdict>('first', 'second', 'tie');
  fc.assert(
    fc.property(fc.array(fc.tuple(verdict, verdict), { minLength: 1, maxLength: 30 }), (pairs) => {
      const rate = (of: readonly (readonly [Verdict, Verdict])[]) =>
        winRate(judged(of.flat()), { ...options, resamples: 100 });
      const [own, other] = [rate(pairs), rate(pairs.map(([a, b]) => [b, a]))];
      return Math.abs(own.win_rate! + other.win_rate! - 1) < 1e-12 && own.first_preference === other.first_preference;
    }),
    { numRuns: 50 },
  );
});

t.test('responses to one prompt are resampled together', async (t) => {
  const verdicts = Array.from({ length: 40 }, (_, index): Verdict[] =>
    index < 20 ? ['first', 'second'] : ['second', 'first'],
  ).flat();
  const width = (prompts?: readonly string[]) => {
    const { win_rate_low: low, win_rate_high: high } = winRate(judged(verdicts, prompts), options);
    return high! - low!;
  };
  const four = Array.from({ length: 40 }, (_, index) => String(Math.floor(index / 10)));
  t.ok(width(four) > 2 * width());
});

t.test('verdicts of answers', async (t) => {
  const cases: readonly (readonly [string, Verdict | undefined])[] = [
    ['The first is curt.\nVerdict: 2', 'second'],
    ['**Verdict:** 1', 'first'],
    ['Verdict: [tie].', 'tie'],
    ['verdict: Response 1', 'first'],
    ['I thought of "Verdict: 1", but no.\nVerdict: 2\n', 'second'],
    ['2', 'second'],
    [' "Tie". ', 'tie'],
    ['Tie.', 'tie'],
    ['Response 1 has 2 mistakes.', undefined],
    ['Verdict: 12', undefined],
    ['', undefined],
  ];
  for (const [answer, verdict] of cases) t.equal(parseVerdict(answer), verdict, JSON.stringify(answer));
});
