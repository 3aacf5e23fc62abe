/** Normalisation of rank-2 activations `[n, width]` over their last axis. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../tensor/device.js';
import type { SaveForGradient } from '../tensor/save-for-gradient.js';
import { inModule } from '../tensor/scope.js';
import { tf } from '../tensor/tf.js';
import type { Norm } from './decoder-config.js';
import { weightOf } from './layers.js';

/** The norm whose weights stand under the module's name. */
export function normalise({ type, epsilon }: Norm, parameters: Tensors, module: string, x: Tensor): Tensor {
  return inModule(module, () => {
    const weight = weightOf(parameters, `${module}.weight`);
    switch (type) {
      case 'rms':
        return rmsNorm(x, weight, epsilon);
      case 'rms-from-one':
        return rmsNorm(x, tf.add(weight, 1), epsilon);
      case 'layer':
        return layerNorm(x, weight, weightOf(parameters, `${module}.bias`), epsilon);
    }
  });
}

/**
 * RMSNorm (Zhang & Sennrich 2019): x / √(mean(x²) + ε) · weight, over the last axis of `[n, width]`.
 *
 * With y = x · r, r the inverse root and p = dy · y: d weight = Σ p over the rows, and
 * dx = r · (dy · weight − y · mean(p · weight)). Written out, since every pass over the activations costs.
 */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  const width = x.shape[1]!;
  const normed = tf.customGrad((input, scale, save) => {
    const value = input as Tensor;
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(value), -1, true), epsilon));
    const unit = tf.mul(value, inverse);
    (save as SaveForGradient)([unit, inverse, scale as Tensor]);
    return {
      value: tf.mul(unit, scale as Tensor),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [y, r, w] = saved as [Tensor, Tensor, Tensor];
        const product = tf.mul(gradient, y);
        const mean = tf.div(tf.matMul(product as typeof unit, tf.reshape(w, [width, 1])), width);
        return [tf.mul(tf.sub(tf.mul(gradient, w), tf.mul(y, mean)), r), tf.sum(product, 0)];
      },
    };
  });
  return normed(x, weight);
}

/**
 * LayerNorm (Ba et al. 2016): (x − mean) / √(variance + ε) · weight + bias.
 *
 * With y = (x − mean) · r, r the inverse root, and g = dy · weight: dx = r · (g − mean(g) − y · mean(g · y)).
 */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  const normed = tf.customGrad((input, scale, shift, save) => {
    const centred = tf.sub(input as Tensor, tf.mean(input as Tensor, -1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    const unit = tf.mul(centred, inverse);
    (save as SaveForGradient)([unit, inverse, scale as Tensor]);
    return {
      value: tf.add(tf.mul(unit, scale as Tensor), shift as Tensor),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [y, r, w] = saved as [Tensor, Tensor, Tensor];
        const scaled = tf.mul(gradient, w);
        const along = tf.mul(y, tf.mean(tf.mul(scaled, y), -1, true));
        const dX = tf.mul(tf.sub(tf.sub(scaled, tf.mean(scaled, -1, true)), along), r);
        return [dX, tf.sum(tf.mul(gradient, y), 0), tf.sum(gradient, 0)];
      },
    };
  });
  return normed(x, weight, bias);
}
