/** `train.rloo`: REINFORCE with a leave-one-out baseline (Ahmadian et al. 2024), clipped as TRL does. */
import type { Tensor } from '@tensorflow/tfjs';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainRlooConfig } from '../../schemas/kinds/train.rloo.js';
import { leaveOneOut, normalised } from '../loss/advantages.js';
import { detached } from '../loss/detached.js';
import { k3Of } from '../loss/kl.js';
import { clippedPolicyLoss } from '../loss/ppo-loss.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { tf } from '../tensor/tf.js';
import type { LossFunction } from '../train/learner.js';
import { perResponse } from './experience.js';
import { withKlPenalty } from './kl-penalty.js';
import type { Method } from './method.js';
import { firstOfEach, masked, policyTokens, responseMask } from './policy.js';
import { reinforce } from './reinforcement.js';
import { groupShape, updatesOf } from './rollout-shape.js';

export async function run(context: RunContext<TrainRlooConfig>): Promise<RunOutcome> {
  return reinforce(context, (model) => rloo(model.config, context.config));
}

export function rloo(model: DecoderConfig, config: TrainRlooConfig): Method {
  const shape = groupShape(config);
  return {
    shape,
    temperature: config.temperature,
    held: config.beta > 0,
    offPolicy: updatesOf(shape) > 1,
    masksTruncated: config.mask_truncated_completions,
    initialMemory: {},
    learnFrom(rollout, memory) {
      const sequences = rollout.episodes.map(({ prompt, responseIds }) => ({ promptIds: prompt.ids, responseIds }));
      const advantages = leaveOneOut(withKlPenalty(rollout, config.beta), config.num_generations);
      const used = config.normalize_advantages ? normalised(advantages) : advantages;
      return { columns: { advantages: perResponse(sequences, used) }, memory };
    },
    countOf: ({ rows }) => rows,
    loss: rlooLoss(model, config),
  };
}

/** −min(r A, clip(r) A) a response, with r = π / π_old of the whole response. */
export function rlooLoss(model: DecoderConfig, config: TrainRlooConfig): LossFunction {
  const bounds = { low: config.epsilon, high: config.epsilon_high ?? config.epsilon };
  return (parameters, inputs) => {
    const { count, advantages, old_logps: old } = inputs;
    const mask = responseMask(inputs);
    const { logProbs, entropy } = policyTokens(model, parameters, inputs, config.temperature);
    const logRatio = tf.sub(logProbs, old ?? detached(() => tf.clone(logProbs)));
    const ratio = tf.exp(tf.sum(tf.mul(logRatio, mask), 1));
    const { loss, clipped } = clippedPolicyLoss(ratio, firstOfEach(advantages!), bounds);
    const perToken = (values: Tensor) => tf.mul(tf.div(masked(values, mask), tf.maximum(tf.sum(mask), 1)), count!);
    return {
      sum: tf.sum(loss),
      count: count!,
      readings: {
        entropy: perToken(entropy),
        ratio: tf.sum(ratio),
        clip_ratio: tf.sum(clipped),
        approx_kl: perToken(k3Of(logRatio, tf.zerosLike(logRatio))),
      },
    };
  };
}
