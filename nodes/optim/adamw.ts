/** AdamW (Loshchilov & Hutter 2019): Adam with decoupled weight decay. */
import type { Tensor } from '@tensorflow/tfjs';
import { float32 } from '../tensor/host-tensor.js';
import { tf } from '../tensor/tf.js';
import type { Optimizer } from './transform.js';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Applied to tensors of rank ≥ 2 only: a norm's scale has no reason to shrink. */
  readonly weightDecay: number;
}

const firstMoment = (name: string) => `adam.m.${name}`;
const secondMoment = (name: string) => `adam.v.${name}`;

/**
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p(1 − ηλ) − η m̂ / (√v̂ + ε), with m̂ and v̂ corrected for their start
 * at 0. The corrections and η are folded into scalars, since on a CPU every pass over a tensor costs its bandwidth:
 * η m̂ / (√v̂ + ε) = (η √c₂ / c₁) · m / (√v + ε √c₂), with c = 1 − βᵗ.
 */
export function adamw(options: AdamWOptions): Optimizer {
  const { beta1, beta2, epsilon, weightDecay } = options;
  return {
    init: (shapes) =>
      Object.fromEntries(
        Object.entries(shapes).flatMap(([name, shape]) => [
          [firstMoment(name), float32(shape)],
          [secondMoment(name), float32(shape)],
        ]),
      ),
    scalars({ step, learningRate }) {
      const correction1 = 1 - beta1 ** step;
      const rootOfCorrection2 = Math.sqrt(1 - beta2 ** step);
      return {
        'adam.rate': float32([], [(learningRate * rootOfCorrection2) / correction1]),
        'adam.floor': float32([], [epsilon * rootOfCorrection2]),
        'adam.keep': float32([], [1 - learningRate * weightDecay]),
      };
    },
    update(gradients, state, scalars, parameters) {
      const rate = scalars['adam.rate']!;
      const floor = scalars['adam.floor']!;
      const keep = scalars['adam.keep']!;
      const nextState: Record<string, Tensor> = {};
      const nextParameters: Record<string, Tensor> = {};
      for (const [name, gradient] of Object.entries(gradients)) {
        const m = tf.add(tf.mul(state[firstMoment(name)]!, beta1), tf.mul(gradient, 1 - beta1));
        const v = tf.add(tf.mul(state[secondMoment(name)]!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
        const update = tf.mul(tf.div(m, tf.add(tf.sqrt(v), floor)), rate);
        const parameter = parameters[name]!;
        const decays = weightDecay !== 0 && parameter.rank >= 2;
        nextState[firstMoment(name)] = m;
        nextState[secondMoment(name)] = v;
        nextParameters[name] = tf.sub(decays ? tf.mul(parameter, keep) : parameter, update);
      }
      return { parameters: nextParameters, state: nextState, readings: {} };
    },
  };
}
