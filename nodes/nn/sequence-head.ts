/** A linear head on a decoder that gives each sequence one number a label, as Transformers' `…ForSequenceClassification`. */
import type { Tensor } from '@tensorflow/tfjs';
import type { HostTensor, Tensors } from '../tensor/device.js';
import { float32 } from '../tensor/host-tensor.js';
import { createRandom } from '../tensor/random.js';
import { tf } from '../tensor/tf.js';
import { decoderHidden } from './decoder.js';
import type { DecoderConfig } from './decoder-config.js';
import { linear } from './layers.js';

/** The head's weight, `[labels, width]`; it has no bias. */
export const headWeight = 'score.weight';

export const poolings = ['last_token', 'mean'] as const;
/** What of a sequence the head reads: its last token, or the mean over its tokens. */
export type Pooling = (typeof poolings)[number];

/** Sequences padded on the right. */
export interface PaddedSequences {
  /** int32 `[rows, time]`. */
  readonly ids: Tensor;
  /** int32 `[rows]`: tokens of each row that are not padding; 0 for a row that only fills the batch. */
  readonly lengths: Tensor;
}

/**
 * `[rows, labels]`, float32. The place is found by the row's length and never by the id of padding, which may be that of
 * EOS. What a row without tokens gives means nothing.
 */
export function sequenceScores(
  config: DecoderConfig,
  parameters: Tensors,
  { ids, lengths }: PaddedSequences,
  pooling: Pooling,
): Tensor {
  const hidden = decoderHidden(config, parameters, { ids, lengths });
  const pool = pooling === 'mean' ? meanOfTokens : lastToken;
  return linear(parameters, 'score', pool(hidden, lengths, ids.shape[1]!));
}

/** `hidden` `[rows · time, width]` → `[rows, width]`. */
function lastToken(hidden: Tensor, lengths: Tensor, time: number): Tensor {
  const rows = lengths.shape[0]!;
  const starts = tf.tensor1d(
    Int32Array.from({ length: rows }, (_, row) => row * time),
    'int32',
  );
  const last = tf.maximum(tf.sub(lengths, tf.scalar(1, 'int32')), tf.scalar(0, 'int32'));
  return tf.gather(hidden, tf.add(starts, last));
}

function meanOfTokens(hidden: Tensor, lengths: Tensor, time: number): Tensor {
  const [rows, width] = [lengths.shape[0]!, hidden.shape[1]!];
  const column = tf.reshape(lengths, [rows, 1]);
  const places = tf.tensor2d(
    Int32Array.from({ length: time }, (_, place) => place),
    [1, time],
    'int32',
  );
  const present = tf.cast(tf.less(places, column), 'float32');
  const sums = tf.matMul(tf.reshape(present, [rows, 1, time]), tf.reshape(hidden, [rows, time, width]));
  return tf.div(tf.reshape(sums, [rows, width]), tf.maximum(tf.cast(column, 'float32'), 1));
}

/** A fresh head, drawn from N(0, std²). */
export function initialHead(labels: number, width: number, std: number, seed: number | bigint): HostTensor {
  const data = new Float32Array(labels * width);
  createRandom(seed, 'initial score head').fillNormal(data, std);
  return float32([labels, width], data);
}
