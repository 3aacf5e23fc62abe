/** `train.grpo`: group-relative policy optimisation (Shao et al. 2024), Dr. GRPO, DAPO, GSPO. */
import type { Tensor } from '@tensorflow/tfjs';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainGrpoConfig } from '../../schemas/kinds/train.grpo.js';
import { groupAdvantages } from '../loss/advantages.js';
import { aggregateTokens, aggregationCount } from '../loss/aggregate-tokens.js';
import { detached } from '../loss/detached.js';
import { k3Of } from '../loss/kl.js';
import { clippedPolicyLoss } from '../loss/ppo-loss.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { tf } from '../tensor/tf.js';
import type { LossFunction } from '../train/learner.js';
import { perResponse } from './experience.js';
import type { Method } from './method.js';
import { entropyBonus, firstOfEach, masked, policyTokens, responseMask } from './policy.js';
import { reinforce } from './reinforcement.js';
import { groupShape, updatesOf } from './rollout-shape.js';

export async function run(context: RunContext<TrainGrpoConfig>): Promise<RunOutcome> {
  return reinforce(context, (model) => grpo(model.config, context.config));
}

export function grpo(model: DecoderConfig, config: TrainGrpoConfig): Method {
  const { num_generations: generations, scale_rewards: scaling, loss_type: type } = config;
  const shape = groupShape(config);
  return {
    shape,
    temperature: config.temperature,
    held: config.beta > 0,
    offPolicy: updatesOf(shape) > 1,
    masksTruncated: config.mask_truncated_completions,
    initialMemory: {},
    learnFrom({ episodes, rewards }, memory) {
      const sequences = episodes.map(({ prompt, responseIds }) => ({ promptIds: prompt.ids, responseIds }));
      const advantages = groupAdvantages(rewards, generations, scaling);
      return { columns: { advantages: perResponse(sequences, advantages) }, memory };
    },
    countOf: (size) => aggregationCount(type, { ...size, maxLength: config.max_completion_length }),
    loss: grpoLoss(model, config),
  };
}

/**
 * −min(r A, clip(r) A) + β · k3 − `entropy_coef` · entropy a token, with r = π / π_old of the token, or of the response: the exponential of its
 * tokens' mean log-ratio (Zheng et al. 2025, GSPO, eq. 7). Without `old_logps`, π_old is π itself, held constant.
 */
export function grpoLoss(model: DecoderConfig, config: TrainGrpoConfig): LossFunction {
  const { beta, temperature, loss_type: type } = config;
  const bounds = { low: config.epsilon, high: config.epsilon_high ?? config.epsilon };
  return (parameters, inputs) => {
    const { count, advantages, old_logps: old, ref_logps: reference } = inputs;
    const mask = responseMask(inputs);
    const tokens = tf.maximum(tf.sum(mask), 1);
    const policy = policyTokens(model, parameters, inputs, temperature);
    const { logProbs, entropy } = policy;
    const logRatio = tf.sub(logProbs, old ?? detached(() => tf.clone(logProbs)));
    const wholeResponses = config.importance_sampling_level === 'sequence';
    const ratio = tf.exp(wholeResponses ? responseMeans(logRatio, mask) : logRatio);
    const worth = wholeResponses ? tf.reshape(firstOfEach(advantages!), [-1, 1]) : advantages!;
    const { loss, clipped } = clippedPolicyLoss(ratio, worth, bounds);
    const kl = reference ? k3Of(logProbs, reference) : undefined;
    const penalty = kl && config.use_bias_correction_kl ? tf.mul(kl, ratio) : kl;
    const held = penalty ? tf.add(loss, tf.mul(penalty, beta)) : loss;
    const bonus = entropyBonus(policy, config);
    const losses = bonus ? tf.sub(held, bonus) : held;
    const perToken = (values: Tensor) => tf.mul(tf.div(masked(values, mask), tokens), count!);
    const ofRatio = (values: Tensor) => (wholeResponses ? tf.mul(tf.mean(values), count!) : perToken(values));
    return {
      sum: aggregateTokens(type, losses, mask),
      count: count!,
      readings: {
        entropy: perToken(entropy),
        ratio: ofRatio(ratio),
        clip_ratio: ofRatio(clipped),
        approx_kl: perToken(k3Of(logRatio, tf.zerosLike(logRatio))),
      },
    };
  };
}

/** `[rows, 1]`: the mean of each response's tokens. */
function responseMeans(values: Tensor, mask: Tensor): Tensor {
  return tf.div(tf.sum(tf.mul(values, mask), 1, true), tf.maximum(tf.sum(mask, 1, true), 1));
}
