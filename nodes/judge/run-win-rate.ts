/** `evaluate.win_rate`: the responses of two models to the same prompts, compared in both orders. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateWinRateConfig } from '../../schemas/kinds/evaluate.win_rate.js';
import { writeRows } from '../data/jsonl.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { mean } from '../statistics/spread.js';
import { commandJudge } from './command-judge.js';
import { bothOrders, type Judge, outcomesOf, type Pair, type Verdict } from './contest.js';
import { endpointJudge } from './endpoint-judge.js';
import { readPairs } from './read-pairs.js';
import { judgeByRewards } from './reward-judge.js';
import { winRate } from './win-rate.js';

type Context = RunContext<EvaluateWinRateConfig>;

/** What is known of the pairs besides the verdicts. */
interface Judged {
  readonly verdicts: readonly (Verdict | undefined)[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly fields?: readonly object[];
}

export async function run(context: Context): Promise<RunOutcome> {
  const { confidence_level: confidence, bootstrap_resamples: resamples, seed } = context.config;
  const judge = judgeOf(context);
  const pairs = await readPairs(context);
  const {
    verdicts,
    metrics: others,
    fields,
  } = judge ? await judgeBy(context, judge, pairs) : await score(context, pairs);
  const outcomes = outcomesOf(verdicts);
  await writeRows(
    context.output('samples'),
    pairs.map(({ prompt, response, baseline }, index) => ({
      ...{ prompt, response, baseline, won: outcomes[index]!.won ?? null },
      ...(fields?.[index] ?? { verdicts: outcomes[index]!.verdicts.map((verdict) => verdict ?? null) }),
    })),
  );
  if (outcomes.every(({ won }) => won === undefined)) throw nothingJudged(others);
  const judged = pairs.map(({ prompt }, index) => ({ prompt, ...outcomes[index]! }));
  const metrics = { ...winRate(judged, { confidence, resamples, seed }), ...others };
  await writeMetrics(context.output('metrics'), metrics);
  context.display('win rate', summaryOf(metrics, confidence));
  return { metrics };
}

function judgeOf(context: Context): Judge | undefined {
  const { judge } = context.config;
  if (judge === null) return undefined;
  if (context.optionalInput('reward_model')) {
    throw new Failure(
      'two-judges',
      'There are a reward model and a judge, and one is to say which responses are better.',
      'Leave one of the two out.',
    );
  }
  return judge.endpoint ? endpointJudge(judge.endpoint, context) : commandJudge(judge.command!, context);
}

async function judgeBy(context: Context, judge: Judge, pairs: readonly Pair[]): Promise<Judged> {
  const { verdicts, retries, problems } = await judge(bothOrders(pairs), context.signal);
  for (const [reason, count] of Object.entries(problems)) context.count(reason, count);
  context.count('pair-not-judged', outcomesOf(verdicts).filter(({ won }) => won === undefined).length);
  return { verdicts, metrics: { retries } };
}

async function score(context: Context, pairs: readonly Pair[]): Promise<Judged> {
  const { verdicts, scores } = await judgeByRewards(context, pairs);
  if (verdicts.every((verdict) => verdict === 'tie')) {
    context.warn('All pairs are ties: the reward does not tell the responses apart.');
  }
  return {
    verdicts,
    metrics: {
      score_mean: mean(scores.map(({ response }) => response)),
      baseline_score_mean: mean(scores.map(({ baseline }) => baseline)),
    },
    fields: scores.map(({ response, baseline }) => ({ score: response, baseline_score: baseline })),
  };
}

function nothingJudged(metrics: Readonly<Record<string, number>>): Failure {
  return new Failure(
    'nothing-judged',
    `The judge gave no verdict on any pair in both orders, after ${metrics.retries ?? 0} retries.`,
    'See whether it can be reached, and that its answers end with `Verdict: 1`, `Verdict: 2` or `Verdict: tie`.',
  );
}

function summaryOf(metrics: Readonly<Record<string, number>>, confidence: number): string {
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  const { win_rate: rate, win_rate_low: low, win_rate_high: high, wins, ties, losses, unjudged } = metrics;
  const interval = `${percent(low!)} to ${percent(high!)} at ${percent(confidence)}`;
  const rest = unjudged! > 0 ? `, ${unjudged} not judged` : '';
  return `${percent(rate!)} (${interval}): ${wins} won, ${ties} tied, ${losses} lost${rest}`;
}
