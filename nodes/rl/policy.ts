/** What step functions make of a batch of `experienceInputs`. */
import type { Tensor } from '@tensorflow/tfjs';
import { entropyOf } from '../loss/entropy.js';
import { tokenStatistics } from '../loss/token-statistics.js';
import { decoderHidden, outputLogits } from '../nn/decoder.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import type { Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';

export interface PolicyTokens {
  /** Log-probabilities of the tokens of the responses in nats, 0 where there is none: `[rows, length]`. */
  readonly logProbs: Tensor;
  /** Entropies of the distributions that they were drawn from, in nats: `[rows, length]`. Only to be read. */
  readonly entropy: Tensor;
  /** What the distributions come from, before the temperature: `[rows · length, vocab]`. */
  readonly logits: Tensor;
  /** Activations that they were predicted from: `[rows · length, width]`. */
  readonly hidden: Tensor;
}

/** Logits are computed for the responses alone, and divided by the temperature. */
export function policyTokens(
  config: DecoderConfig,
  parameters: Tensors,
  inputs: Tensors,
  temperature: number,
): PolicyTokens {
  const { ids, places, targets } = inputs;
  const shape = targets!.shape;
  const hidden = tf.gather(decoderHidden(config, parameters, { ids: ids! }), places!);
  const logits = outputLogits(config, parameters, hidden);
  const { logProbs, entropy } = tokenStatistics(logits, tf.reshape(targets!, [-1]), temperature);
  return { logProbs: tf.reshape(logProbs, shape), entropy: tf.reshape(entropy, shape), logits, hidden };
}

/**
 * What exploring is worth, to be taken off the loss: `entropy_coef` × the entropy of each token, `[rows, length]`; `undefined`
 * where that is nothing.
 */
export function entropyBonus(
  { logits, logProbs }: PolicyTokens,
  { entropy_coef: coefficient, temperature }: { readonly entropy_coef: number; readonly temperature: number },
): Tensor | undefined {
  if (coefficient === 0) return undefined;
  return tf.mul(tf.reshape(entropyOf(logits, temperature), logProbs.shape), coefficient);
}

/** 1 for each token of a response that counts, else 0: float32 `[rows, length]`. */
export function responseMask({ targets }: Tensors): Tensor {
  return tf.cast(tf.greaterEqual(targets!, tf.scalar(0, 'int32')), 'float32');
}

/** The sum over the tokens that count. */
export function masked(values: Tensor, mask: Tensor): Tensor {
  return tf.sum(tf.mul(values, mask));
}

/** The first number of each row, where all of a row are the same: `[rows, length]` → `[rows]`. */
export function firstOfEach(values: Tensor): Tensor {
  const rows = values.shape[0]!;
  return tf.reshape(tf.slice(values, [0, 0], [rows, 1]), [rows]);
}
