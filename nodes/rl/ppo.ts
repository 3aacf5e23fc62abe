/** `train.ppo`: proximal policy optimisation with a learned value function, as InstructGPT and lm-human-preferences did it. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainPpoConfig } from '../../schemas/kinds/train.ppo.js';
import { meanOf, whitened } from '../loss/advantages.js';
import { gae } from '../loss/gae.js';
import { k1, k3, k3Of } from '../loss/kl.js';
import { adaptedKlCoefficient } from '../loss/kl-controller.js';
import { clippedPolicyLoss, clippedValueLoss } from '../loss/ppo-loss.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { tf } from '../tensor/tf.js';
import { type LossFunction, nextTokenLoss } from '../train/learner.js';
import { explainedVariance } from './explained-variance.js';
import type { Lesson, Memory, Method, ScoredRollout } from './method.js';
import { entropyBonus, masked, policyTokens, responseMask } from './policy.js';
import { pretrainingInputs, readPretraining } from './pretraining.js';
import { reinforce } from './reinforcement.js';
import { sumOf } from './rollout-readings.js';
import { acrossResponses } from './token-columns.js';
import { readValueFunction, type ValueFunction } from './value-function.js';

export async function run(context: RunContext<TrainPpoConfig>): Promise<RunOutcome> {
  const { config } = context;
  return reinforce(context, async (model) => {
    const valueFunction = await readValueFunction(context, model);
    const pretraining = await readPretraining(context, model);
    const method = ppo(model.config, config, valueFunction);
    const { accumulation } = method.shape;
    return pretraining ? { ...method, trainingInputs: pretrainingInputs(pretraining, accumulation) } : method;
  });
}

export function ppo(model: DecoderConfig, config: TrainPpoConfig, valueFunction: ValueFunction): Method {
  return {
    shape: {
      generations: 1,
      batchSize: config.per_device_train_batch_size,
      accumulation: config.gradient_accumulation_steps,
      miniBatches: config.num_mini_batches,
      passes: config.num_ppo_epochs,
    },
    temperature: config.temperature,
    held: true,
    offPolicy: true,
    valueFunction,
    masksTruncated: false,
    initialMemory: { kl_coef: config.kl_coef },
    learnFrom: (rollout, memory) => ppoLesson(rollout, memory, config),
    countOf: ({ tokens }) => tokens,
    loss: ppoLoss(model, config, valueFunction),
  };
}

/**
 * Each token is rewarded with −β (log π − log π_ref), the last one of a response with its score besides. From these and
 * the values come advantages and returns; the advantages are then whitened over the rollout.
 */
export function ppoLesson({ rewards, tokens }: ScoredRollout, memory: Memory, config: PpoLessonConfig): Lesson {
  const { logProbs, reference, values } = tokens as Required<ScoredRollout['tokens']>;
  const beta = memory.kl_coef!;
  const divergence = config.kl_estimator === 'k1' ? k1 : k3;
  const penalised = logProbs.map((own, index) => {
    const perToken = Float64Array.from(own, (logProb, at) => -beta * divergence(logProb, reference[index]![at]!));
    perToken[perToken.length - 1]! += rewards[index]!;
    return perToken;
  });
  const tokenRewards = config.whiten_rewards
    ? acrossResponses(penalised, (all) => whitened(all, { centred: false }))
    : penalised;
  const raw = tokenRewards.map((own, index) =>
    gae(own, Float64Array.from(values[index]!), { gamma: config.gamma, lambda: config.lam }),
  );
  const returns = raw.map((own, index) => Float32Array.from(own, (advantage, at) => advantage + values[index]![at]!));
  const advantages = acrossResponses(raw, (all) => whitened(all, { centred: true }));
  const kl = meanOf(Float64Array.from(logProbs, (own, index) => sumOf(own, reference[index]!, k1)));
  const next = config.adaptive_kl ? adaptedKlCoefficient(beta, kl, rewards.length, config.adaptive_kl) : beta;
  return {
    columns: {
      advantages: advantages.map((own) => Float32Array.from(own)),
      returns,
      old_values: values,
    },
    memory: { ...memory, kl_coef: next },
    readings: { kl_coef: beta, explained_variance: explainedVariance(values, returns) },
  };
}

export type PpoLessonConfig = Pick<TrainPpoConfig, 'kl_estimator' | 'whiten_rewards' | 'gamma' | 'lam' | 'adaptive_kl'>;

/**
 * Clipped policy loss + `vf_coef` · clipped value loss − `entropy_coef` · entropy, each a mean over the tokens of the update; with the inputs
 * `ptx.…` + `ptx_coef` · their cross-entropy, a mean over the tokens of the texts (Ouyang et al. 2022, eq. 2).
 */
export function ppoLoss(model: DecoderConfig, config: TrainPpoConfig, valueFunction: ValueFunction): LossFunction {
  const bounds = { low: config.cliprange, high: config.cliprange };
  const textLoss = nextTokenLoss(model);
  return (parameters, inputs) => {
    const { count, advantages, returns, old_logps: old, old_values: oldValues } = inputs;
    const mask = responseMask(inputs);
    const tokens = policyTokens(model, parameters, inputs, config.temperature);
    const { logProbs, entropy, hidden } = tokens;
    const logRatio = tf.sub(logProbs, old!);
    const ratio = tf.exp(logRatio);
    const policy = clippedPolicyLoss(ratio, advantages!, bounds);
    const values = valueFunction.values(parameters, inputs, hidden);
    const value = clippedValueLoss(values, oldValues!, returns!, config.cliprange_value);
    const policyLoss = masked(policy.loss, mask);
    const valueLoss = masked(value.loss, mask);
    const both = tf.add(policyLoss, tf.mul(valueLoss, config.vf_coef));
    const bonus = entropyBonus(tokens, config);
    const reward = bonus ? tf.sub(both, masked(bonus, mask)) : both;
    const readings = {
      policy_loss: policyLoss,
      value_loss: valueLoss,
      entropy: masked(entropy, mask),
      ratio: masked(ratio, mask),
      clip_ratio: masked(policy.clipped, mask),
      value_clip_ratio: masked(value.clipped, mask),
      approx_kl: masked(k3Of(logRatio, tf.zerosLike(logRatio)), mask),
    };
    if (!inputs['ptx.ids']) return { sum: reward, count: count!, readings };
    const text = textLoss(parameters, {
      ids: inputs['ptx.ids'],
      targets: inputs['ptx.targets']!,
      positions: inputs['ptx.positions']!,
      segments: inputs['ptx.segments']!,
    });
    const ptx = tf.mul(tf.div(text.sum, tf.maximum(text.count, 1)), count!);
    return {
      sum: tf.add(reward, tf.mul(ptx, config.ptx_coef)),
      count: count!,
      readings: { ...readings, ptx_loss: ptx },
    };
  };
}
