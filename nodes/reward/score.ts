/** Rewards of token sequences, from a reward model that stays as it is. */
import { createScorer, type ScoreOptions } from '../classifier/scorer.js';
import type { Classifier } from '../model/classifier-directory.js';
import type { Device } from '../tensor/device.js';

export interface RewardModel {
  /**
   * The reward of each sequence, in their order: (score − mean) / std with the constants of the model, where it has them.
   * A sequence is the tokens of a prompt with its response, as `rewardSequence` makes it: BOS where the tokenizer has one
   * stands in front, and EOS behind a response that has ended. None is empty or longer than the model has positions.
   * Calls must not overlap. Throws `Stopped` at the signal.
   */
  scores(sequences: readonly (readonly number[])[], options?: ScoreOptions): Promise<Float64Array>;
  dispose(): Promise<void>;
}

export interface RewardModelOptions {
  /** Sequences that are computed together. */
  readonly batchSize: number;
}

/** Puts a reward model (`readRewardModel`) on a device. */
export function createRewardModel(device: Device, model: Classifier, { batchSize }: RewardModelOptions): RewardModel {
  const { mean, std } = model.head.normalisation ?? { mean: 0, std: 1 };
  const scorer = createScorer(device, model, batchSize);
  return {
    async scores(sequences, options) {
      const scores = await scorer.scores(sequences, options);
      return Float64Array.from(scores, ([score]) => (score! - mean) / std);
    },
    dispose: () => scorer.dispose(),
  };
}
