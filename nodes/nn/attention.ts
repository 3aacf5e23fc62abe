/** Grouped-query attention (Ainslie et al. 2023): a key head serves several query heads, without being repeated. */
import type { Tensor } from '@tensorflow/tfjs';
import type { SaveForGradient } from '../tensor/save-for-gradient.js';
import { tf } from '../tensor/tf.js';

/**
 * Added to a score that must not count. Finite, so that a row without any open place gives no NaN; so large that its
 * exponential is exactly 0 in float32.
 */
export const closed = -1e9;

/** A lower-triangular mask to add to scores: `[time, time]`, 0 where key ≤ query, else `closed`. */
export function causalMask(time: number): Tensor {
  const values = Float32Array.from({ length: time * time }, (_, i) => (i % time > Math.floor(i / time) ? closed : 0));
  return tf.tensor2d(values, [time, time]);
}

/**
 * A causal mask that also keeps documents apart: `[batch, 1, time, time]`, 0 where the key is not behind the query and
 * carries the same number in `segments` int32 `[batch, time]`. The diagonal is always open.
 */
export function segmentMask(segments: Tensor): Tensor {
  const [batch, time] = segments.shape as [number, number];
  const ofQuery = tf.reshape(segments, [batch, 1, time, 1]);
  const ofKey = tf.reshape(segments, [batch, 1, 1, time]);
  const apart = tf.mul(tf.cast(tf.notEqual(ofQuery, ofKey), 'float32'), closed);
  return tf.add(apart, causalMask(time));
}

/**
 * Softmax(q kᵀ / √d + mask) v.
 * `query` `[batch, heads, time, d]`, `key` and `value` `[batch, keyValueHeads, places, d]`, `mask` broadcasts over
 * `[batch, heads, time, places]` → `[batch, heads, time, d]`.
 *
 * The gradient is written out. With P the probabilities, O the output and dP = dO vᵀ, the gradient of the scores is
 * P · (dP − Σ dP · P over the places), and that sum equals Σ dO · O over d (Dao et al. 2022, FlashAttention), which
 * is d numbers a query instead of one for every place.
 */
export function attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor): Tensor {
  const [batch, heads, time, width] = query.shape as [number, number, number, number];
  const [, keyHeads] = key.shape as [number, number];
  // The query heads of a group lie behind one another, so they can be read as one longer sequence of queries.
  const grouped = (x: Tensor) => tf.reshape(x, [batch, keyHeads, (heads / keyHeads) * time, x.shape[3]!]);
  const byHead = (x: Tensor) => tf.reshape(x, [batch, heads, time, x.shape[3]!]);
  const scale = 1 / Math.sqrt(width);

  const mixed = tf.customGrad((q, k, v, save) => {
    // The queries are scaled, not the scores, of which there are more.
    const scaled = tf.mul(q as Tensor, scale);
    const scores = byHead(tf.matMul(grouped(scaled), k as Tensor, false, true));
    const probabilities = tf.softmax(tf.add(scores, mask));
    const output = byHead(tf.matMul(grouped(probabilities), v as Tensor));
    (save as SaveForGradient)([scaled, k as Tensor, v as Tensor, probabilities, output]);
    return {
      value: output,
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [q, k, v, p, o] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
        const dV = tf.matMul(grouped(p), grouped(gradient), true, false);
        const dP = byHead(tf.matMul(grouped(gradient), v, false, true));
        const sums = tf.sum(tf.mul(gradient, o), -1, true);
        const dS = grouped(tf.mul(p, tf.sub(dP, sums)));
        const dQ = byHead(tf.mul(tf.matMul(dS, k), scale));
        return [dQ, tf.matMul(dS, grouped(q), true, false), dV];
      },
    };
  });
  return mixed(query, key, value);
}
