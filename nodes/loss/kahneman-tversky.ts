/** The loss of single answers that are said to be good or bad, KTO (Ethayarajh et al. 2024). */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';

export interface KtoWeights {
  readonly beta: number;
  /** λ of the paper for good answers, and for bad ones. */
  readonly desirable: number;
  readonly undesirable: number;
}

/**
 * The loss of each answer: λ_D · (1 − σ(β(r − z))) where it is good, λ_U · (1 − σ(β(z − r))) where it is bad: λ_y − v(x, y)
 * of the paper's eq. 8. `ratios` is r = log(π/π_ref)(answer) in nats; `good` 1 or 0; both float32
 * `[rows]`. `baseline` is z, a scalar.
 */
export function kahnemanTverskyLoss(ratios: Tensor, good: Tensor, baseline: Tensor, weights: KtoWeights): Tensor {
  const { beta, desirable, undesirable } = weights;
  const gain = tf.mul(tf.sub(ratios, baseline), beta);
  // 1 − σ(x) = σ(−x).
  const ofGood = tf.mul(tf.sigmoid(tf.neg(gain)), desirable);
  const ofBad = tf.mul(tf.sigmoid(gain), undesirable);
  return tf.add(tf.mul(ofGood, good), tf.mul(ofBad, tf.sub(1, good)));
}

/**
 * z = max(mean of log(π/π_ref) over prompts with answers to other prompts, 0), a scalar: how far the policy has moved from
 * its reference, whatever the answer. `ratios` float32 `[rows]` in nats; `present` 1 for those that count, else 0.
 */
export function klBaseline(ratios: Tensor, present: Tensor): Tensor {
  const count = tf.maximum(tf.sum(present), 1);
  return tf.relu(tf.div(tf.sum(tf.mul(ratios, present)), count));
}
