import { tf } from '../tensor/tf.js';
import type { Transform } from './transform.js';

/**
 * Scales all gradients by min(1, max / (norm + 1e-6)), where norm is the Euclidean norm over all of them together, as
 * `torch.nn.utils.clip_grad_norm_` does. Reads out `grad_norm`, before clipping. `Infinity` only measures.
 */
export function clipByGlobalNorm(maxNorm: number): Transform {
  return {
    init: () => ({}),
    scalars: () => ({}),
    update(gradients) {
      const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
      const norm = tf.sqrt(tf.addN(squares));
      if (maxNorm === Number.POSITIVE_INFINITY) return { gradients, state: {}, readings: { grad_norm: norm } };
      const scale = tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
      const scaled = Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, scale)]);
      return { gradients: Object.fromEntries(scaled), state: {}, readings: { grad_norm: norm } };
    },
  };
}
