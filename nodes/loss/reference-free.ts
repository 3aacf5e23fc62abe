/** Losses of pairs that know no reference: CPO (Xu et al. 2024) and SimPO (Meng et al. 2024). */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';
import { type PreferenceLoss, preferenceLoss } from './direct-preference.js';
import { perToken, type SequenceLogProbs } from './sequence-log-probs.js';

/** What the policy makes of the answers; every tensor is float32 `[pairs]`. */
export interface AnswerPairs {
  readonly chosen: SequenceLogProbs;
  readonly rejected: SequenceLogProbs;
}

export interface ReferenceFreeOptions {
  readonly beta: number;
  readonly labelSmoothing: number;
}

/**
 * The losses of `train.dpo` where the reference finds all answers equally likely. `sigmoid` is CPO's preference loss,
 * eq. 3: −log σ(β (log π(chosen) − log π(rejected))). Float32 `[pairs]`.
 */
export function contrastiveLoss(type: PreferenceLoss, pairs: AnswerPairs, options: ReferenceFreeOptions): Tensor {
  const ratios = {
    chosen: pairs.chosen.sum,
    rejected: pairs.rejected.sum,
    chosenLength: pairs.chosen.length,
    rejectedLength: pairs.rejected.length,
  };
  return preferenceLoss(type, ratios, options);
}

export interface MarginOptions extends ReferenceFreeOptions {
  /** γ: by how much the chosen answer should be ahead, in units of the reward β · mean log-probability. */
  readonly gamma: number;
}

/**
 * −log σ(β Δ − γ) or, of `hinge`, max(0, 1 − (β Δ − γ)), where Δ is the difference of the mean log-probabilities of a token.
 * SimPO, eq. 6. Float32 `[pairs]`.
 */
export function marginLoss(type: 'sigmoid' | 'hinge', pairs: AnswerPairs, options: MarginOptions): Tensor {
  const { beta, gamma, labelSmoothing } = options;
  const none = tf.zerosLike(pairs.chosen.length);
  const ratios = {
    chosen: tf.sub(perToken(pairs.chosen), gamma / beta),
    rejected: perToken(pairs.rejected),
    chosenLength: none,
    rejectedLength: none,
  };
  return preferenceLoss(type, ratios, { beta, labelSmoothing });
}
