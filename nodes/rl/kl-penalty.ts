import { k1 } from '../loss/kl.js';
import type { ScoredRollout } from './method.js';
import { sumOf } from './rollout-readings.js';

/** R − β Σ (log π − log π_ref) over the tokens of each response; R itself without a reference. */
export function withKlPenalty({ rewards, tokens }: ScoredRollout, beta: number): Float64Array {
  const { logProbs, reference } = tokens;
  if (!logProbs || !reference) return rewards;
  return rewards.map((reward, index) => reward - beta * sumOf(logProbs[index]!, reference[index]!, k1));
}
