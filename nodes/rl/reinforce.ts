/** `train.reinforce`: the likelihood-ratio gradient (Williams 1992) with a baseline, one update a rollout. */
import type { Tensor } from '@tensorflow/tfjs';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainReinforceConfig } from '../../schemas/kinds/train.reinforce.js';
import { meanOf, normalised } from '../loss/advantages.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { tf } from '../tensor/tf.js';
import type { LossFunction } from '../train/learner.js';
import { perResponse } from './experience.js';
import { withKlPenalty } from './kl-penalty.js';
import type { Memory, Method } from './method.js';
import { firstOfEach, masked, policyTokens, responseMask } from './policy.js';
import { reinforce } from './reinforcement.js';

export async function run(context: RunContext<TrainReinforceConfig>): Promise<RunOutcome> {
  return reinforce(context, (model) => reinforceMethod(model.config, context.config));
}

export function reinforceMethod(model: DecoderConfig, config: TrainReinforceConfig): Method {
  return {
    shape: {
      generations: 1,
      batchSize: config.per_device_train_batch_size,
      accumulation: config.gradient_accumulation_steps,
      miniBatches: 1,
      passes: 1,
    },
    temperature: config.temperature,
    held: config.beta > 0,
    offPolicy: false,
    masksTruncated: false,
    initialMemory: {},
    learnFrom(rollout, memory) {
      const sequences = rollout.episodes.map(({ prompt, responseIds }) => ({ promptIds: prompt.ids, responseIds }));
      const rewards = withKlPenalty(rollout, config.beta);
      const { baseline, next } = baselineOf(config, meanOf(rewards), memory);
      const advantages = rewards.map((reward) => reward - baseline);
      const used = config.normalize_advantages ? normalised(advantages) : advantages;
      return { columns: { advantages: perResponse(sequences, used) }, memory: next, readings: { baseline } };
    },
    countOf: ({ rows }) => rows,
    loss: reinforceLoss(model, config),
  };
}

/**
 * What is taken off the rewards of a rollout, and what is remembered of it. A running average is of the rollouts before
 * this one, so that no response counts in its own baseline; the first rollout has but its own mean.
 */
export function baselineOf(
  { baseline, baseline_decay: decay }: Pick<TrainReinforceConfig, 'baseline' | 'baseline_decay'>,
  mean: number,
  memory: Memory,
): { readonly baseline: number; readonly next: Memory } {
  switch (baseline) {
    case 'none':
      return { baseline: 0, next: memory };
    case 'batch':
      return { baseline: mean, next: memory };
    case 'moving_average': {
      const average = memory.average ?? mean;
      return { baseline: average, next: { average: decay * average + (1 - decay) * mean } };
    }
  }
}

/** −A log π(response), the mean over responses. */
export function reinforceLoss(model: DecoderConfig, { temperature }: TrainReinforceConfig): LossFunction {
  return (parameters, inputs) => {
    const { count, advantages } = inputs;
    const mask = responseMask(inputs);
    const { logProbs, entropy } = policyTokens(model, parameters, inputs, temperature);
    const ofResponses = tf.sum(tf.mul(logProbs, mask), 1);
    const perToken = (values: Tensor) => tf.mul(tf.div(masked(values, mask), tf.maximum(tf.sum(mask), 1)), count!);
    return {
      sum: tf.neg(tf.sum(tf.mul(ofResponses, firstOfEach(advantages!)))),
      count: count!,
      readings: { entropy: perToken(entropy) },
    };
  };
}
