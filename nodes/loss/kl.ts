/**
 * Estimates of KL(π ‖ π_ref) from tokens that π drew, in nats a token (Schulman 2020, Approximating KL Divergence).
 * Their means are the same; k1 is unbiased and noisy, k3 is never negative and varies less.
 */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';

/** log π − log π_ref. */
export function k1(logProb: number, reference: number): number {
  return logProb - reference;
}

/** e^d − 1 − d with d = log π_ref − log π. */
export function k3(logProb: number, reference: number): number {
  return Math.expm1(reference - logProb) - (reference - logProb);
}

/** `k3` of tensors of one shape; its gradient flows into `logProbs`. */
export function k3Of(logProbs: Tensor, reference: Tensor): Tensor {
  const difference = tf.sub(reference, logProbs);
  return tf.sub(tf.sub(tf.exp(difference), 1), difference);
}
