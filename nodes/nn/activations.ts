/** Activations with their derivatives written out, since every pass over a wide layer costs. */
import type { Tensor } from '@tensorflow/tfjs';
import type { SaveForGradient } from '../tensor/save-for-gradient.js';
import { tf } from '../tensor/tf.js';
import type { Activation } from './decoder-config.js';

interface Differentiable {
  /** The value, and what the slope is computed from. */
  readonly apply: (x: Tensor) => { readonly value: Tensor; readonly kept: readonly Tensor[] };
  readonly slope: (value: Tensor, kept: readonly Tensor[]) => Tensor;
}

const activations: Readonly<Record<Activation, Differentiable>> = {
  /** x · s with s = sigmoid(x), whose derivative is s + silu(x) · (1 − s). */
  silu: {
    apply: (x) => {
      const sigmoid = tf.sigmoid(x);
      return { value: tf.mul(x, sigmoid), kept: [sigmoid] };
    },
    slope: (silu, [sigmoid]) => tf.add(sigmoid!, tf.mul(silu, tf.sub(1, sigmoid!))),
  },
  /**
   * GELU as approximated by Hendrycks & Gimpel (2016): x · h with h = (1 + tanh u) / 2 and u = √(2/π) (x + 0.044715 x³).
   * As dh/dx = 2 h (1 − h) u′, the derivative is h + 2 x h (1 − h) u′ with u′ = √(2/π) (1 + 3 · 0.044715 x²).
   */
  'gelu-tanh': {
    apply: (x) => {
      const inner = tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715 * Math.sqrt(2 / Math.PI)), Math.sqrt(2 / Math.PI)));
      const half = tf.mul(tf.add(tf.tanh(inner), 1), 0.5);
      return { value: tf.mul(x, half), kept: [x, half] };
    },
    slope: (gelu, [x, half]) => {
      const rise = tf.add(tf.mul(tf.square(x!), 6 * 0.044715 * Math.sqrt(2 / Math.PI)), 2 * Math.sqrt(2 / Math.PI));
      return tf.add(half!, tf.mul(tf.mul(gelu, tf.sub(1, half!)), rise));
    },
  },
};

export function activate(activation: Activation, x: Tensor): Tensor {
  const { apply, slope } = activations[activation];
  const activated = tf.customGrad((input, save) => {
    const { value, kept } = apply(input as Tensor);
    (save as SaveForGradient)([value, ...kept]);
    return {
      value,
      gradFunc: (gradient: Tensor, [value, ...kept]: Tensor[]) => tf.mul(gradient, slope(value!, kept)),
    };
  });
  return activated(x);
}

/** activation(gate) · up. */
export function activateTimes(activation: Activation, gate: Tensor, up: Tensor): Tensor {
  const { apply, slope } = activations[activation];
  const product = tf.customGrad((first, second, save) => {
    const { value, kept } = apply(first as Tensor);
    (save as SaveForGradient)([second as Tensor, value, ...kept]);
    return {
      value: tf.mul(value, second as Tensor),
      gradFunc: (gradient: Tensor, [other, value, ...kept]: Tensor[]) => {
        const steepness = slope(value!, kept);
        return [tf.mul(tf.mul(gradient, other!), steepness), tf.mul(gradient, value!)];
      },
    };
  });
  return product(gate, up);
}
