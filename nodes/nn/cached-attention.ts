/** Attention of one new token a row over a KV cache that does not hold it yet. */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';
import type { AttendOptions } from './attention.js';

/** Keys and values, each `[batch, keyValueHeads, places, d]`. */
export interface KeysAndValues {
  readonly key: Tensor;
  readonly value: Tensor;
}

/**
 * Softmax(scale · q kᵀ + mask) v, as of `attend`, with k and v those of `cache` and behind them the token's own. They are
 * never put together, since that would copy the cache. `query` `[batch, heads, 1, d]`; `own` has one place; `mask`
 * `[batch, 1, 1, places of the cache + 1]` → `[batch, heads, 1, d]`.
 */
export function attendCached(
  query: Tensor,
  cache: KeysAndValues,
  own: KeysAndValues,
  mask: Tensor,
  { scale, cap }: AttendOptions,
): Tensor {
  const [batch, heads, , d] = query.shape as [number, number, number, number];
  const [, keyHeads, places] = cache.key.shape as [number, number, number];
  const q = tf.reshape(tf.mul(query, scale), [batch, keyHeads, heads / keyHeads, d]);
  const scores = tf.concat([tf.matMul(q, cache.key, false, true), tf.matMul(q, own.key, false, true)], -1);
  const bent = cap === undefined ? scores : tf.mul(tf.tanh(tf.div(scores, cap)), cap);
  const [past, present] = tf.split(tf.softmax(tf.add(bent, mask)), [places, 1], -1) as [Tensor, Tensor];
  const mixed = tf.add(tf.matMul(past, cache.value), tf.mul(present, own.value));
  return tf.reshape(mixed, query.shape);
}
