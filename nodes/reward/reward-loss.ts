/** The loss of a reward model over a batch of `rankingBatches`. */
import type { Tensor } from '@tensorflow/tfjs';
import { comparisonLoss } from '../loss/comparison.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { type Pooling, sequenceScores } from '../nn/sequence-head.js';
import { tf } from '../tensor/tf.js';
import type { LossFunction } from '../train/learner.js';

export interface RewardLossOptions {
  readonly pooling: Pooling;
  /** TRL's `center_rewards_coefficient`. */
  readonly centering: number | null;
}

/**
 * Of a prompt with K responses, −1 / C(K, 2) · Σ log σ(r_better − r_worse) over all pairs of them (InstructGPT, Ouyang et
 * al. 2022, eq. 1); where responses are tied, the mean is over the pairs that are not. The loss is a mean over prompts:
 * every prompt is one element, since its comparisons are not independent of one another, and weighs alike.
 *
 * Readings, each a mean over a prompt's comparisons: `accuracy`, the part in which the better response has the larger
 * reward; `margin`, by how much; `mean_reward`.
 */
export function rewardLoss(model: DecoderConfig, { pooling, centering }: RewardLossOptions): LossFunction {
  return (parameters, inputs) => {
    const { ids, lengths, better, worse, margin, weight, prompts } = inputs as Readonly<Record<string, Tensor>>;
    const scores = sequenceScores(model, parameters, { ids: ids!, lengths: lengths! }, pooling);
    const rewards = tf.reshape(scores, [-1]);
    const compared = { better: tf.gather(rewards, better!), worse: tf.gather(rewards, worse!), margin: margin! };
    const gap = tf.sub(compared.better, compared.worse);
    const total = (values: Tensor) => tf.sum(tf.mul(values, weight!));
    return {
      sum: total(comparisonLoss(compared, centering)),
      count: prompts!,
      readings: {
        accuracy: total(tf.cast(tf.greater(gap, 0), 'float32')),
        margin: total(gap),
        mean_reward: total(tf.div(tf.add(compared.better, compared.worse), 2)),
      },
    };
  };
}
