/** How likely whole answers are. */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';
import { tokenCrossEntropy } from './cross-entropy.js';

export interface SequenceLogProbs {
  /** Log-probability of each row's supervised tokens together, in nats: float32 `[rows]`. */
  readonly sum: Tensor;
  /** How many tokens those are: float32 `[rows]`; 0 for a row that only fills a batch. */
  readonly length: Tensor;
}

/**
 * Log-probabilities of the supervised tokens, in nats: `logits` float32 `[rows · time, vocab]`, `targets` int32
 * `[rows, time]` with −100 where nothing is asked → float32 `[rows, time]`, 0 there. No second tensor of the size of the
 * logits is made but their softmax.
 */
export function tokenLogProbs(logits: Tensor, targets: Tensor): Tensor {
  return tf.neg(tf.reshape(tokenCrossEntropy(logits, tf.reshape(targets, [-1])), targets.shape));
}

/** Adds up `tokenLogProbs` where `targets`, int32 `[rows, time]`, ask for a token. */
export function sequenceLogProbs(logProbs: Tensor, targets: Tensor): SequenceLogProbs {
  const asked = tf.cast(tf.greaterEqual(targets, tf.scalar(0, 'int32')), 'float32');
  return { sum: tf.sum(tf.mul(logProbs, asked), 1), length: tf.sum(asked, 1) };
}

/** The mean log-probability of a token of each row, in nats; 0 for a row that only fills a batch. */
export function perToken({ sum, length }: SequenceLogProbs): Tensor {
  return tf.div(sum, tf.maximum(length, 1));
}
