/** From outcomes to a rate with intervals. Pure. */
import { type BootstrapOptions, bootstrapInterval } from '../statistics/bootstrap.js';
import { meanOfSums, sumsByKey } from '../statistics/clusters.js';
import { wilsonInterval } from '../statistics/spread.js';
import type { Outcome } from './contest.js';

export interface JudgedPair extends Outcome {
  readonly prompt: string;
}

/**
 * `win_rate`: the mean of what was won, over the pairs that were judged, of which there is at least one. Its interval is by
 * the bootstrap over prompts, since responses to one prompt are alike; Wilson's takes each pair by itself. `wins`, `ties`,
 * `losses` count pairs, by what was won: above, at, below ½.
 *
 * `consistency` is the part of the pairs of which both orders say the same; `first_preference` how often, of the verdicts that
 * are no ties, what stood first won: ½ of a judge whom the order does not sway.
 */
export function winRate(pairs: readonly JudgedPair[], options: BootstrapOptions): Record<string, number> {
  const judged = pairs.flatMap(({ prompt, won, verdicts }) => (won === undefined ? [] : [{ prompt, won, verdicts }]));
  const n = judged.length;
  const total = judged.reduce((sum, { won }) => sum + won, 0);
  const sums = sumsByKey(judged.map(({ prompt, won }) => [prompt, won]));
  const interval = bootstrapInterval(sums, meanOfSums, options);
  const wilson = wilsonInterval(total, n, options.confidence);
  const decided = pairs.flatMap(({ verdicts }) => verdicts).filter((verdict) => verdict && verdict !== 'tie');
  const firsts = decided.filter((verdict) => verdict === 'first').length;
  return {
    win_rate: total / n,
    win_rate_low: interval.low,
    win_rate_high: interval.high,
    wilson_low: wilson.low,
    wilson_high: wilson.high,
    wins: judged.filter(({ won }) => won > 0.5).length,
    ties: judged.filter(({ won }) => won === 0.5).length,
    losses: judged.filter(({ won }) => won < 0.5).length,
    n,
    unjudged: pairs.length - n,
    consistency: judged.filter(({ verdicts }) => isConsistent(verdicts)).length / n,
    ...(decided.length > 0 ? { first_preference: firsts / decided.length } : {}),
  };
}

function isConsistent([own, other]: Outcome['verdicts']): boolean {
  return own === 'tie' ? other === 'tie' : other !== 'tie' && own !== other;
}
