/** Grouped-query attention (Ainslie et al. 2023): a key head serves several query heads, without being repeated. */
import type { Tensor } from '@tensorflow/tfjs';
import type { SaveForGradient } from '../tensor/save-for-gradient.js';
import { tf } from '../tensor/tf.js';

export interface AttendOptions {
  /** Scores are multiplied by it. */
  readonly scale: number;
  /** Scores become cap · tanh(scores / cap) before they are masked (Bello et al. 2016). */
  readonly cap?: number | undefined;
  /** A mask as of `dropped`, of the probabilities: `[batch, heads, time, places]`. */
  readonly kept?: Tensor | undefined;
}

/**
 * Softmax(scale · q kᵀ + mask) v, the probabilities times `kept` where it is given.
 * `query` `[batch, heads, time, d]`, `key` and `value` `[batch, keyValueHeads, places, d]`, `mask` broadcasts over
 * `[batch, heads, time, places]` → `[batch, heads, time, d]`.
 *
 * The gradient is written out. With P the probabilities, O the output and dP = dO vᵀ, the gradient of the scores is
 * P · (dP − Σ dP · P over the places), and that sum equals Σ dO · O over d (Dao et al. 2022, FlashAttention), which
 * is d numbers a query instead of one for every place. Through a cap it shrinks by the factor 1 − tanh². Where
 * probabilities are dropped, P is what is left of them in dv, and dP passes the same mask; the sum stays Σ dO · O.
 */
export function attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor, options: AttendOptions): Tensor {
  const { scale, cap, kept } = options;
  const [batch, heads, time] = query.shape as [number, number, number, number];
  const [, keyHeads] = key.shape as [number, number];
  // The query heads of a group lie behind one another, so they can be read as one longer sequence of queries.
  const grouped = (x: Tensor) => tf.reshape(x, [batch, keyHeads, (heads / keyHeads) * time, x.shape[3]!]);
  const byHead = (x: Tensor) => tf.reshape(x, [batch, heads, time, x.shape[3]!]);

  const mixed = tf.customGrad((q, k, v, save) => {
    // The queries are scaled, not the scores, of which there are more.
    const scaled = tf.mul(q as Tensor, scale);
    const scores = byHead(tf.matMul(grouped(scaled), k as Tensor, false, true));
    const bent = cap === undefined ? undefined : tf.tanh(tf.div(scores, cap));
    const probabilities = tf.softmax(tf.add(bent ? tf.mul(bent, cap!) : scores, mask));
    const output = byHead(tf.matMul(grouped(left(probabilities, kept)), v as Tensor));
    const own = [scaled, k as Tensor, v as Tensor, probabilities, output];
    (save as SaveForGradient)([...own, ...(bent ? [bent] : []), ...(kept ? [kept] : [])]);
    return {
      value: output,
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [q, k, v, p, o] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
        const tanh = bent && saved[own.length];
        const drop = kept && saved.at(-1);
        const dV = tf.matMul(grouped(left(p, drop)), grouped(gradient), true, false);
        const dP = left(byHead(tf.matMul(grouped(gradient), v, false, true)), drop);
        const sums = tf.sum(tf.mul(gradient, o), -1, true);
        const dBent = tf.mul(p, tf.sub(dP, sums));
        const dS = grouped(tanh ? tf.mul(dBent, tf.sub(1, tf.square(tanh))) : dBent);
        const dQ = byHead(tf.mul(tf.matMul(dS, k), scale));
        return [dQ, tf.matMul(dS, grouped(q), true, false), dV];
      },
    };
  });
  return mixed(query, key, value);
}

function left(probabilities: Tensor, kept: Tensor | undefined): Tensor {
  return kept ? tf.mul(probabilities, kept) : probabilities;
}
