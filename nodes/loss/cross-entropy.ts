/** Next-token cross-entropy. */
import type { Tensor } from '@tensorflow/tfjs';
import type { SaveForGradient } from '../tensor/save-for-gradient.js';
import { tf } from '../tensor/tf.js';

/** The label of a position that is not supervised, as in PyTorch and Transformers. */
export const ignoredLabel = -100;

/**
 * Sum of −log softmax(logits)[label] over the supervised positions, in nats, and their number, both scalars.
 * `logits` float32 `[n, vocab]`, `labels` int32 `[n]`, −100 where nothing is asked. Divide once, by the count of the
 * whole batch: an average of averages would weigh tokens unequally. `smoothing` as of `tokenCrossEntropy`.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  smoothing?: Tensor,
): { readonly sum: Tensor; readonly count: Tensor } {
  const losses = tokenCrossEntropy(logits, labels, smoothing);
  return { sum: tf.sum(losses), count: tf.sum(supervised(labels)) };
}

/**
 * The loss of each position, in nats: `[n]`, 0 where the label is −100.
 *
 * Logits are the largest tensor of a step, so they are gone over as seldom as possible. With p = softmax(x), the log of
 * the normaliser is max x − log(max p), which is exact enough however small p[label] is; and the gradient (p − one-hot)
 * · dy is p · dy with one number of each row put right, without a one-hot.
 *
 * With `smoothing`, a scalar ε in [0, 1), the target is 1 − ε on the label and ε spread over the whole vocabulary
 * (Szegedy et al. 2016), as Transformers' `LabelSmoother` has it: log Z − (1 − ε) x[label] − ε mean x, whose gradient is
 * p − ε / V − (1 − ε) one-hot.
 */
export function tokenCrossEntropy(logits: Tensor, labels: Tensor, smoothing?: Tensor): Tensor {
  const [rows, vocab] = logits.shape as [number, number];
  const flat = (x: Tensor) => tf.reshape(x, [rows * vocab]);
  const withGradient = tf.customGrad((input, save) => {
    const x = input as Tensor;
    const probabilities = tf.softmax(x);
    const normaliser = tf.sub(tf.max(x, -1), tf.log(tf.max(probabilities, -1)));
    const places = labelPlaces(labels, rows, vocab);
    (save as SaveForGradient)([probabilities, places]);
    const expected = (ofLabel: Tensor, ofAny: () => Tensor) =>
      smoothing ? tf.add(tf.mul(ofLabel, tf.sub(1, smoothing)), tf.mul(ofAny(), smoothing)) : ofLabel;
    const target = expected(tf.gather(flat(x), places), () => tf.mean(x, -1));
    return {
      value: tf.mul(tf.sub(normaliser, target), supervised(labels)),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [p, at] = saved as [Tensor, Tensor];
        const weight = tf.mul(gradient, supervised(labels));
        const spread = smoothing ? tf.div(smoothing, vocab) : undefined;
        const error = spread ? tf.sub(p, spread) : p;
        const ofLabels = tf.mul(tf.sub(tf.gather(flat(error), at), smoothing ? tf.sub(1, smoothing) : 1), weight);
        const ofAll = flat(tf.mul(error, tf.reshape(weight, [rows, 1])));
        return tf.reshape(tf.tensorScatterUpdate(ofAll, tf.reshape(at, [rows, 1]), ofLabels), [rows, vocab]);
      },
    };
  });
  return withGradient(logits);
}

/** Where each row's label stands in the flattened logits; where there is none, any place of the row: int32 `[rows]`. */
export function labelPlaces(labels: Tensor, rows: number, vocab: number): Tensor {
  const starts = tf.tensor1d(
    Int32Array.from({ length: rows }, (_, row) => row * vocab),
    'int32',
  );
  return tf.add(starts, tf.maximum(labels, tf.scalar(0, 'int32')));
}

/** 1 where there is a label, else 0: float32 `[n]`. */
export function supervised(labels: Tensor): Tensor {
  return tf.cast(tf.greaterEqual(labels, tf.scalar(0, 'int32')), 'float32');
}
