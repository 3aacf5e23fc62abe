/** Losses of whole sequences that are put under labels. */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';
import { tokenCrossEntropy } from './cross-entropy.js';

/**
 * One label holds: −log softmax(scores)[label], in nats, float32 `[rows]`, from `scores` float32 `[rows, labels]` and
 * `labels` int32 `[rows]`; 0 where the label is −100.
 */
export function singleLabelLoss(scores: Tensor, labels: Tensor): Tensor {
  return tokenCrossEntropy(scores, labels);
}

/**
 * Each label holds or not: the mean over labels of −w y log σ(x) − (1 − y) log σ(−x), float32 `[rows]`, from `scores` and
 * `labels` float32 `[rows, labels]`, the latter 0 or 1. `weights` w are PyTorch's `pos_weight`, one a label.
 */
export function multiLabelLoss(scores: Tensor, labels: Tensor, weights: readonly number[]): Tensor {
  const wanted = tf.mul(tf.mul(labels, tf.softplus(tf.neg(scores))), tf.tensor1d([...weights]));
  const unwanted = tf.mul(tf.sub(1, labels), tf.softplus(scores));
  return tf.mean(tf.add(wanted, unwanted), 1);
}
