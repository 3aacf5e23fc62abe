/**
 * Losses of direct preference optimisation. They see a pair of answers only through how much likelier the policy finds
 * the chosen one than the rejected one, against a reference: h = log(π/π_ref)(chosen) − log(π/π_ref)(rejected), in nats.
 */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';

export const preferenceLosses = ['sigmoid', 'hinge', 'ipo', 'ipo_trl', 'robust'] as const;
export type PreferenceLoss = (typeof preferenceLosses)[number];

/** How much likelier than the reference the policy finds each answer, float32 `[pairs]`, and the answers' tokens. */
export interface PairRatios {
  readonly chosen: Tensor;
  readonly rejected: Tensor;
  readonly chosenLength: Tensor;
  readonly rejectedLength: Tensor;
}

export interface PreferenceLossOptions {
  readonly beta: number;
  /** The chance that a label is wrong, below ½ for `robust`; only `sigmoid` and `robust` heed it. */
  readonly labelSmoothing: number;
}

/** The loss of each pair: float32 `[pairs]`. */
export function preferenceLoss(
  type: PreferenceLoss,
  ratios: PairRatios,
  { beta, labelSmoothing }: PreferenceLossOptions,
): Tensor {
  const h = tf.sub(ratios.chosen, ratios.rejected);
  switch (type) {
    // −(1 − ε) log σ(βh) − ε log σ(−βh). ε = 0: DPO, Rafailov et al. 2023, eq. 7; else cDPO, Mitchell 2023.
    case 'sigmoid':
      return smoothed(tf.mul(h, beta), 1 - labelSmoothing, labelSmoothing);
    // ((1 − ε)·(−log σ(βh)) − ε·(−log σ(−βh))) / (1 − 2ε): unbiased where a part ε of the labels is flipped. rDPO,
    // Chowdhury et al. 2024, eq. 12.
    case 'robust': {
      const scale = 1 - 2 * labelSmoothing;
      return smoothed(tf.mul(h, beta), (1 - labelSmoothing) / scale, -labelSmoothing / scale);
    }
    // max(0, 1 − βh). SLiC, Zhao et al. 2023, in the form of Liu et al. 2023 (RSO), eq. 7.
    case 'hinge':
      return tf.relu(tf.sub(1, tf.mul(h, beta)));
    // (h − 1/(2β))². IPO, Azar et al. 2023, eq. 17, with τ = β.
    case 'ipo':
      return distanceToTarget(h, beta);
    // The same over h a token, as TRL has it: log-ratios of answers of unlike length then weigh alike.
    case 'ipo_trl': {
      const perToken = (ratio: Tensor, length: Tensor) => tf.div(ratio, tf.maximum(length, 1));
      const chosen = perToken(ratios.chosen, ratios.chosenLength);
      return distanceToTarget(tf.sub(chosen, perToken(ratios.rejected, ratios.rejectedLength)), beta);
    }
  }
}

/** −log σ(x), which does not overflow: float32, of any shape. */
export function negativeLogSigmoid(x: Tensor): Tensor {
  return tf.softplus(tf.neg(x));
}

function smoothed(x: Tensor, asLabelled: number, flipped: number): Tensor {
  const loss = tf.mul(negativeLogSigmoid(x), asLabelled);
  return flipped === 0 ? loss : tf.add(loss, tf.mul(negativeLogSigmoid(tf.neg(x)), flipped));
}

function distanceToTarget(h: Tensor, beta: number): Tensor {
  return tf.square(tf.sub(h, 1 / (2 * beta)));
}
