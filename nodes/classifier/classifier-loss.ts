/** The loss of a classifier over a batch of `labelBatches`. */
import type { Tensor } from '@tensorflow/tfjs';
import { multiLabelLoss, singleLabelLoss } from '../loss/classification.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { type Pooling, sequenceScores } from '../nn/sequence-head.js';
import { tf } from '../tensor/tf.js';
import type { Learner } from '../train/learner.js';

export interface ClassifierLossOptions {
  readonly pooling: Pooling;
  readonly several: boolean;
  readonly weights: readonly number[];
}

/**
 * Where one label holds, the mean of the cross-entropies, each by the weight of its label (PyTorch's `CrossEntropyLoss` with
 * `weight`); where several may, the mean of the binary ones (`BCEWithLogitsLoss` with `pos_weight`). Reading: `accuracy`, the
 * part of the texts of which all is right, each weighing 1.
 */
export function classifierLoss(
  model: DecoderConfig,
  { pooling, several, weights }: ClassifierLossOptions,
): Pick<Learner, 'loss' | 'summarise'> {
  return {
    loss(parameters, inputs) {
      const { ids, lengths, labels, weight } = inputs as Readonly<Record<string, Tensor>>;
      const scores = sequenceScores(model, parameters, { ids: ids!, lengths: lengths! }, pooling);
      const losses = several ? multiLabelLoss(scores, labels!, weights) : singleLabelLoss(scores, labels!);
      const present = tf.cast(tf.greater(weight!, 0), 'float32');
      const right = several ? allRight(scores, labels!) : tf.equal(tf.cast(tf.argMax(scores, 1), 'int32'), labels!);
      return {
        sum: tf.sum(tf.mul(losses, weight!)),
        count: tf.sum(weight!),
        readings: { right: tf.sum(tf.mul(tf.cast(right, 'float32'), present)), texts: tf.sum(present) },
      };
    },
    summarise: ({ right, texts, ...others }) => ({ ...others, accuracy: right! / texts! }),
  };
}

function allRight(scores: Tensor, labels: Tensor): Tensor {
  return tf.all(tf.equal(tf.greater(scores, 0), tf.greater(labels, 0.5)), 1);
}
