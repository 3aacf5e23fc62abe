/** How likely tokens are, and how sure the model is, from one pass over the logits. */
import type { Tensor } from '@tensorflow/tfjs';
import type { SaveForGradient } from '../tensor/save-for-gradient.js';
import { tf } from '../tensor/tf.js';
import { labelPlaces, supervised } from './cross-entropy.js';

export interface TokenStatistics {
  /** Log-probability of each target in nats, 0 where nothing is asked: `[n]`. */
  readonly logProbs: Tensor;
  /** Entropy of each distribution in nats: `[n]`. It is only read: no gradient flows into it. */
  readonly entropy: Tensor;
}

/**
 * Of softmax(logits / temperature). `logits` float32 `[n, vocab]`, `targets` int32 `[n]`, −100 where nothing is asked. With
 * p the probabilities and x the divided logits, log Z = max x − log(max p), log p[target] = x[target] − log Z, and the
 * entropy is log Z − Σ p x. The gradient of the first is (one-hot − p) / temperature.
 */
export function tokenStatistics(logits: Tensor, targets: Tensor, temperature: number): TokenStatistics {
  const [rows, vocab] = logits.shape as [number, number];
  const flat = (x: Tensor) => tf.reshape(x, [rows * vocab]);
  const scaled = (x: Tensor) => (temperature === 1 ? x : tf.mul(x, 1 / temperature));
  const both = tf.customGrad((input, save) => {
    const x = scaled(input as Tensor);
    const probabilities = tf.softmax(x);
    const normaliser = tf.sub(tf.max(x, -1), tf.log(tf.max(probabilities, -1)));
    const places = labelPlaces(targets, rows, vocab);
    (save as SaveForGradient)([probabilities, places]);
    const logProbs = tf.mul(tf.sub(tf.gather(flat(x), places), normaliser), supervised(targets));
    const entropy = tf.sub(normaliser, tf.sum(tf.mul(probabilities, x), -1));
    return {
      value: tf.stack([logProbs, entropy]),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [p, at] = saved as [Tensor, Tensor];
        const ofLogProbs = tf.reshape(tf.slice(gradient, [0, 0], [1, rows]), [rows]);
        const weight = scaled(tf.mul(ofLogProbs, supervised(targets)));
        const ofAll = flat(tf.mul(p, tf.reshape(tf.neg(weight), [rows, 1])));
        const ofTargets = tf.add(tf.gather(ofAll, at), weight);
        return tf.reshape(tf.tensorScatterUpdate(ofAll, tf.reshape(at, [rows, 1]), ofTargets), [rows, vocab]);
      },
    };
  })(logits);
  const [logProbs, entropy] = tf.unstack(both) as [Tensor, Tensor];
  return { logProbs, entropy };
}
