/** What becomes of a reward before anything is learned from it. */
import type { Episode } from './rollouts.js';

export interface RewardShaping {
  readonly reward_clip_range: readonly number[] | null;
  readonly missing_eos_penalty: number | null;
  readonly missing_eos_reward: number | null;
}

/**
 * Clipping, then what a missing end costs: a penalty that is taken off (TRL), or another reward in place of the response's
 * own (lm-human-preferences).
 */
export function shapeRewards(
  rewards: Float64Array,
  episodes: readonly Pick<Episode, 'ended'>[],
  shaping: RewardShaping,
): Float64Array {
  const { reward_clip_range: range, missing_eos_penalty: penalty, missing_eos_reward: replacement } = shaping;
  return rewards.map((reward, index) => {
    const clipped = range ? Math.min(Math.max(reward, range[0]!), range[1]!) : reward;
    if (episodes[index]!.ended) return clipped;
    return replacement ?? clipped - (penalty ?? 0);
  });
}
