/** How a decoder tells where a token stands: by rotating queries and keys, or by adding a learned vector. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import type { DecoderConfig } from './decoder-config.js';
import { weightOf } from './layers.js';
import { type Places, type Rotation, rotation } from './rope.js';
import type { Rope } from './rope-frequencies.js';

export interface PositionCode {
  /** Added to the embeddings: broadcasts over `[batch, time, width]`. */
  readonly added: Tensor | undefined;
  /** Of a layer's queries and keys. */
  readonly rotation: (layer: number) => Rotation | undefined;
}

export function positionCode(config: DecoderConfig, parameters: Tensors, places: Places): PositionCode {
  const { attention, modules } = config;
  const rotations = new Map<Rope, Rotation>();
  return {
    added: modules.positions ? learned(weightOf(parameters, `${modules.positions}.weight`), places) : undefined,
    rotation(layer) {
      const { rope } = attention[layer]!;
      if (!rope) return undefined;
      // Layers that are turned alike share their tables.
      if (!rotations.has(rope)) rotations.set(rope, rotation(rope, places));
      return rotations.get(rope);
    },
  };
}

/** Rows of `table` `[maxPositions, width]`. */
function learned(table: Tensor, { capacity, positions }: Places): Tensor {
  const width = table.shape[1]!;
  if (!positions) return tf.slice(table, [0, 0], [capacity, width]);
  return tf.reshape(tf.gather(table, tf.reshape(positions, [-1])), [...positions.shape, width]);
}

/**
 * How many tokens the document of each token has: int32 `[batch, time]`. `positions`, which begin anew in each document, and
 * `segments`, which tell documents apart, are int32 `[batch, time]`.
 */
export function documentLengths(positions: Tensor, segments: Tensor): Tensor {
  const [batch, time] = positions.shape as [number, number];
  const same = tf.equal(tf.reshape(segments, [batch, time, 1]), tf.reshape(segments, [batch, 1, time]));
  const places = tf.mul(tf.cast(same, 'int32'), tf.reshape(tf.add(positions, 1), [batch, 1, time]));
  return tf.max(places, -1) as Tensor;
}
