/** The position-wise layers of a decoder, on rank-2 activations `[batch · time, width]`. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../tensor/device.js';
import type { SaveForGradient } from '../tensor/save-for-gradient.js';
import { tf } from '../tensor/tf.js';
import { adapted } from './low-rank.js';

/** x Wᵀ for x `[n, in]` and the module's weight, stored `[out, in]`; with the module's low-rank update if it has one. */
export function linear(parameters: Tensors, module: string, x: Tensor): Tensor {
  const weight = weightOf(parameters, `${module}.weight`);
  return adapted(parameters, module, x, tf.matMul(x, weight, false, true), () => weight);
}

export function weightOf(parameters: Tensors, name: string): Tensor {
  const tensor = parameters[name];
  if (!tensor) throw new Error(`The parameters lack '${name}'.`);
  return tensor;
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

/** SwiGLU (Shazeer 2020): down(silu(gate(x)) · up(x)). */
export function swiGlu(parameters: Tensors, module: string, x: Tensor): Tensor {
  const part = (name: string, input: Tensor) => linear(parameters, `${module}.${name}`, input);
  return part('down_proj', siluTimes(part('gate_proj', x), part('up_proj', x)));
}

/** silu(g) · u with silu(g) = g · sigmoid(g), whose derivative is s + a · (1 − s) for s = sigmoid(g), a = silu(g). */
function siluTimes(gate: Tensor, up: Tensor): Tensor {
  const product = tf.customGrad((first, second, save) => {
    const g = first as Tensor;
    const u = second as Tensor;
    const s = tf.sigmoid(g);
    const a = tf.mul(g, s);
    (save as SaveForGradient)([u, s, a]);
    return {
      value: tf.mul(a, u),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [otherFactor, sigmoid, silu] = saved as [Tensor, Tensor, Tensor];
        const slope = tf.add(sigmoid, tf.mul(silu, tf.sub(1, sigmoid)));
        return [tf.mul(tf.mul(gradient, otherFactor), slope), tf.mul(gradient, silu)];
      },
    };
  });
  return product(gate, up);
}
