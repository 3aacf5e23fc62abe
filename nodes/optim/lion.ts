/** Lion (Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms"): only the sign of the momentum counts. */
import type { Tensor } from '@tensorflow/tfjs';
import { float32 } from '../tensor/host-tensor.js';
import { tf } from '../tensor/tf.js';
import type { Optimizer } from './transform.js';

export interface LionOptions {
  /** How much of the momentum is in the update. */
  readonly beta1: number;
  /** How much of it is kept. */
  readonly beta2: number;
  /** Applied to tensors of rank ≥ 2 only. */
  readonly weightDecay: number;
}

const momentumOf = (name: string) => `lion.m.${name}`;

/**
 * p ← p(1 − ηλ) − η sign(β₁m + (1 − β₁)g), then m ← β₂m + (1 − β₂)g.
 *
 * A sign does not see a constant factor, so the state is m / (1 − β₂), which needs no scaling of g.
 */
export function lion({ beta1, beta2, weightDecay }: LionOptions): Optimizer {
  const weightOfMomentum = (beta1 * (1 - beta2)) / (1 - beta1);
  return {
    init: (shapes) =>
      Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [momentumOf(name), float32(shape)])),
    scalars: ({ learningRate }) => ({
      'lion.rate': float32([], [learningRate]),
      'lion.keep': float32([], [1 - learningRate * weightDecay]),
    }),
    update(gradients, state, scalars, parameters) {
      const nextState: Record<string, Tensor> = {};
      const nextParameters: Record<string, Tensor> = {};
      for (const [name, gradient] of Object.entries(gradients)) {
        const m = state[momentumOf(name)]!;
        const update = tf.mul(tf.sign(tf.add(tf.mul(m, weightOfMomentum), gradient)), scalars['lion.rate']!);
        const parameter = parameters[name]!;
        const decays = weightDecay !== 0 && parameter.rank >= 2;
        nextState[momentumOf(name)] = tf.add(tf.mul(m, beta2), gradient);
        nextParameters[name] = tf.sub(decays ? tf.mul(parameter, scalars['lion.keep']!) : parameter, update);
      }
      return { parameters: nextParameters, state: nextState, readings: {} };
    },
  };
}
