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
 * With m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², and m̂, v̂ corrected for their start at 0:
 * p ← p(1 − ηλ) − η m̂ / (√v̂ + ε).
 *
 * On a CPU every pass over a tensor costs its bandwidth, so constant factors are kept out of the tensors. The state is
 * m / (1 − β₁) and v / (1 − β₂), which need no scaling of g, and with a = (1 − β₁) / (1 − β₁ᵗ), b = (1 − β₂) / (1 − β₂ᵗ)
 * the update is (η a / √b) · m / (√v + ε / √b).
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
      const first = (1 - beta1) / (1 - beta1 ** step);
      const rootOfSecond = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      return {
        'adam.rate': float32([], [(learningRate * first) / rootOfSecond]),
        'adam.floor': float32([], [epsilon / rootOfSecond]),
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
        const m = tf.add(tf.mul(state[firstMoment(name)]!, beta1), gradient);
        const v = tf.add(tf.mul(state[secondMoment(name)]!, beta2), tf.square(gradient));
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
