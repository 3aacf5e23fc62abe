/** Which places a token does not see, as numbers to add to attention's scores: 0 where it does, else `closed`. */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';

/**
 * Added to a score that must not count. Finite, so that a row without any open place gives no NaN; so large that its
 * exponential is exactly 0 in float32.
 */
export const closed = -1e9;

/**
 * A lower-triangular mask `[time, time]`: open where key ≤ query, and with a `window` where key > query − window.
 */
export function causalMask(time: number, window = time): Tensor {
  const isClosed = (query: number, key: number) => key > query || key <= query - window;
  const values = Float32Array.from({ length: time * time }, (_, i) =>
    isClosed(Math.floor(i / time), i % time) ? closed : 0,
  );
  return tf.tensor2d(values, [time, time]);
}

/**
 * A causal mask that also keeps documents apart: `[batch, 1, time, time]`, open only where the key carries the same number
 * in `segments` int32 `[batch, time]`. The diagonal is always open.
 */
export function segmentMask(segments: Tensor, window?: number): Tensor {
  const [batch, time] = segments.shape as [number, number];
  const ofQuery = tf.reshape(segments, [batch, 1, time, 1]);
  const ofKey = tf.reshape(segments, [batch, 1, 1, time]);
  const apart = tf.mul(tf.cast(tf.notEqual(ofQuery, ofKey), 'float32'), closed);
  return tf.add(apart, causalMask(time, window));
}

/**
 * The mask of one token a row over a cache of the tokens before it, and behind them the token itself, which is always open:
 * `[batch, 1, 1, capacity + 1]`, for `positions` int32 `[batch, 1]`.
 */
export function cacheMask(capacity: number, positions: Tensor, window = capacity): Tensor {
  const batch = positions.shape[0]!;
  const slots = tf.tensor1d(
    Int32Array.from({ length: capacity }, (_, slot) => slot),
    'int32',
  );
  const places = tf.reshape(slots, [1, 1, 1, capacity]);
  const own = tf.reshape(positions, [batch, 1, 1, 1]);
  const ahead = tf.greaterEqual(places, own);
  const isClosed = window < capacity ? tf.logicalOr(ahead, tf.lessEqual(places, tf.sub(own, window))) : ahead;
  return tf.mul(tf.cast(tf.concat([isClosed, tf.zeros([batch, 1, 1, 1], 'bool')], -1), 'float32'), closed);
}
