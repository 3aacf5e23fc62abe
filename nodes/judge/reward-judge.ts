/** Rewards as a judge: the response with the higher score is better. */
import type { RunContext } from '../../engine/kind.js';
import type { RewardConfig } from '../../schemas/kinds/sampling.js';
import { scoreAnswers } from '../reward/score-answers.js';
import type { Pair, Verdict } from './contest.js';

export interface ScoredPairs {
  /** As a judge of `bothOrders` would give them. */
  readonly verdicts: readonly Verdict[];
  readonly scores: readonly { readonly response: number; readonly baseline: number }[];
}

/** Each response is scored once, since a score knows no order. */
export async function judgeByRewards(
  context: RunContext<RewardConfig & { readonly tie_margin: number }>,
  pairs: readonly Pair[],
): Promise<ScoredPairs> {
  const answered = pairs.flatMap(({ prompt, row, response, baseline }) => [
    { prompt, row, response },
    { prompt, row, response: baseline },
  ]);
  const { total } = await scoreAnswers(context, answered);
  const scores = pairs.map((_, pair) => ({ response: total[2 * pair]!, baseline: total[2 * pair + 1]! }));
  const margin = context.config.tie_margin;
  const compare = (first: number, second: number): Verdict =>
    Math.abs(first - second) <= margin ? 'tie' : first > second ? 'first' : 'second';
  return {
    verdicts: scores.flatMap(({ response, baseline }) => [compare(response, baseline), compare(baseline, response)]),
    scores,
  };
}
