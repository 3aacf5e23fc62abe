/** The loss of a reward model, over comparisons of two answers to one prompt. */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';
import { negativeLogSigmoid } from './direct-preference.js';

/** Every tensor is float32 `[comparisons]`. */
export interface Compared {
  /** Rewards of the answers that are preferred, and of those that are not. */
  readonly better: Tensor;
  readonly worse: Tensor;
  /** By how much the one should exceed the other, beyond being larger. */
  readonly margin: Tensor;
}

/**
 * −log σ(r_better − r_worse − margin) of each comparison, float32 `[comparisons]`: Bradley & Terry 1952; the margin is
 * that of Llama 2 (Touvron et al. 2023, eq. 2). With `centering` c, + c · (r_better + r_worse)², which holds rewards
 * about 0 (Eisenstein et al. 2023).
 */
export function comparisonLoss({ better, worse, margin }: Compared, centering: number | null): Tensor {
  const loss = negativeLogSigmoid(tf.sub(tf.sub(better, worse), margin));
  return centering === null ? loss : tf.add(loss, tf.mul(tf.square(tf.add(better, worse)), centering));
}
