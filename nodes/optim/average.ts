import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';
import type { Optimizer } from './transform.js';

/** The entry of the state that a weight's average is kept in. */
export const averageOf = (name: string) => `ema.${name}`;

/**
 * Keeps beside the weights their exponential moving average, e ← d e + (1 − d) p after each update (Polyak & Juditsky
 * 1992). The averages are state that `init` cannot know: they begin as the weights themselves, under `averageOf`.
 */
export function averaged(decay: number, optimizer: Optimizer): Optimizer {
  return {
    ...optimizer,
    update(gradients, state, scalars, parameters) {
      const updated = optimizer.update(gradients, state, scalars, parameters);
      const averages: Record<string, Tensor> = {};
      for (const [name, parameter] of Object.entries(updated.parameters)) {
        const kept = tf.mul(state[averageOf(name)]!, decay);
        averages[averageOf(name)] = tf.add(kept, tf.mul(parameter, 1 - decay));
      }
      return { ...updated, state: { ...updated.state, ...averages } };
    },
  };
}
