/** One rollout: drawn, rewarded, scored by the models. */
import type { RunContext } from '../../engine/kind.js';
import type { Rewarder } from '../reward/rewarder.js';
import type { ScoredRollout } from './method.js';
import type { Roller } from './rollouts.js';
import { type RewardShaping, shapeRewards } from './shape-rewards.js';
import type { TokenScorer } from './token-scores.js';

export interface Collected {
  readonly scored: ScoredRollout;
  /** The rewards as they are, by the names of what gave them. */
  readonly each: Readonly<Record<string, Float64Array>>;
  /** New tokens in a second, while responses were drawn. */
  readonly tokensPerSecond: number;
}

export type Collect = (rollout: number) => Promise<Collected>;

export interface Collectors {
  readonly roller: Roller;
  readonly rewarder: Rewarder;
  /** Absent where nothing needs to be scored. */
  readonly scorer: TokenScorer | undefined;
}

/** `unitOf` is what is counted while a rollout is drawn. The result is a function of the weights and the number of the rollout. It throws `Stopped` at the signal, and `Failure`. */
export function createCollect(
  context: Pick<RunContext<RewardShaping>, 'config' | 'signal' | 'progress'>,
  { roller, rewarder, scorer }: Collectors,
  { responses, unitOf }: { readonly responses: number; unitOf(rollout: number): string },
): Collect {
  const { signal } = context;
  return async (rollout) => {
    const started = performance.now();
    const onProgress = (step: number) => context.progress({ step, total: responses, unit: unitOf(rollout) });
    const episodes = await roller.roll(rollout, signal, onProgress);
    const tokens = episodes.reduce((sum, { responseIds }) => sum + responseIds.length, 0);
    const tokensPerSecond = (tokens / (performance.now() - started)) * 1000;
    const answered = episodes.map(({ prompt, text, responseIds, ended }) => ({
      prompt: prompt.text,
      response: text,
      row: prompt.row,
      promptIds: prompt.ids,
      responseIds: ended ? responseIds.slice(0, -1) : responseIds,
    }));
    const { total, each } = await rewarder.score(answered, signal);
    const sequences = episodes.map(({ prompt, responseIds }) => ({ promptIds: prompt.ids, responseIds }));
    return {
      scored: {
        episodes,
        rewards: shapeRewards(total, episodes, context.config),
        tokens: scorer ? await scorer.score(sequences, signal) : {},
      },
      each,
      tokensPerSecond,
    };
  };
}
