/** What one needs to see of a rollout to know whether learning goes wrong, in the names of TRL's GRPO. */
import { meanOf, standardDeviation } from '../loss/advantages.js';
import { k1, k3 } from '../loss/kl.js';
import type { ScoredRollout } from './method.js';

export type Readings = Readonly<Record<string, number>>;

/**
 * `reward`, `reward_std` over all responses, `frac_reward_zero_std`: part of the prompts whose responses all have one
 * reward; `rewards/NAME/mean` and `/std` of each; `completions/mean_length`, `min_length`, `max_length` in tokens, and
 * `completions/clipped_ratio`: part that no end token ended; with a reference `kl` and `kl_k3`, estimates in nats a response.
 */
export function rolloutReadings(
  { episodes, rewards, tokens }: ScoredRollout,
  each: Readonly<Record<string, Float64Array>>,
  generations: number,
): Readings {
  const lengths = Float64Array.from(episodes, ({ responseIds }) => responseIds.length);
  const groups = Array.from({ length: rewards.length / generations }, (_, group) =>
    rewards.subarray(group * generations, (group + 1) * generations),
  );
  return {
    reward: meanOf(rewards),
    reward_std: standardDeviation(rewards),
    ...(generations > 1 ? { frac_reward_zero_std: groups.filter(isConstant).length / groups.length } : {}),
    ...Object.fromEntries(
      Object.entries(each).flatMap(([name, values]) => [
        [`rewards/${name}/mean`, meanOf(values)],
        [`rewards/${name}/std`, standardDeviation(values)],
      ]),
    ),
    'completions/mean_length': meanOf(lengths),
    'completions/min_length': Math.min(...lengths),
    'completions/max_length': Math.max(...lengths),
    'completions/clipped_ratio': episodes.filter(({ ended }) => !ended).length / episodes.length,
    ...klReadings(tokens),
  };
}

/** Whether nothing can be learned from these rewards by comparing them. */
export function isConstant(rewards: Float64Array): boolean {
  return rewards.every((reward) => Math.abs(reward - rewards[0]!) <= 1e-8 * Math.max(1, Math.abs(reward)));
}

function klReadings({ logProbs, reference }: ScoredRollout['tokens']): Readings {
  if (!logProbs || !reference) return {};
  const perResponse = (estimate: typeof k1) =>
    meanOf(Float64Array.from(logProbs, (own, index) => sumOf(own, reference[index]!, estimate)));
  return { kl: perResponse(k1), kl_k3: perResponse(k3) };
}

/** The sum of an estimate over the tokens of one response. */
export function sumOf(own: Float32Array, reference: Float32Array, estimate: typeof k1): number {
  return own.reduce((sum, logProb, at) => sum + estimate(logProb, reference[at]!), 0);
}
