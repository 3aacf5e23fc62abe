/** How far a distribution is from being sure, in nats, to be learned from. */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';

/**
 * −Σ p log p of p = softmax(logits / temperature): float32 `[n, vocab]` → `[n]`. Unlike the entropy of `tokenStatistics` it has
 * a gradient: by the logits, −p (log p + entropy) / temperature.
 */
export function entropyOf(logits: Tensor, temperature: number): Tensor {
  const logProbs = tf.logSoftmax(temperature === 1 ? logits : tf.mul(logits, 1 / temperature));
  return tf.neg(tf.sum(tf.mul(tf.exp(logProbs), logProbs), -1));
}
