/** Stochastic gradient descent with momentum (Sutskever et al. 2013), as `torch.optim.SGD` computes it. */
import type { Tensor } from '@tensorflow/tfjs';
import { float32 } from '../tensor/host-tensor.js';
import { tf } from '../tensor/tf.js';
import type { Optimizer } from './transform.js';

export interface SgdOptions {
  /** μ; 0 keeps no state. */
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Added to the gradient as λp, for tensors of rank ≥ 2 only. */
  readonly weightDecay: number;
}

const momentumOf = (name: string) => `sgd.m.${name}`;

/** With g ← g + λp and m ← μm + g: p ← p − ηm, or with Nesterov's momentum p ← p − η(g + μm). */
export function sgd({ momentum, nesterov, weightDecay }: SgdOptions): Optimizer {
  return {
    init: (shapes) =>
      momentum === 0
        ? {}
        : Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [momentumOf(name), float32(shape)])),
    scalars: ({ learningRate }) => ({ 'sgd.rate': float32([], [learningRate]) }),
    update(gradients, state, scalars, parameters) {
      const rate = scalars['sgd.rate']!;
      const nextState: Record<string, Tensor> = {};
      const nextParameters: Record<string, Tensor> = {};
      for (const [name, gradient] of Object.entries(gradients)) {
        const parameter = parameters[name]!;
        const decays = weightDecay !== 0 && parameter.rank >= 2;
        const g = decays ? tf.add(gradient, tf.mul(parameter, weightDecay)) : gradient;
        let direction = g;
        if (momentum !== 0) {
          const m = tf.add(tf.mul(state[momentumOf(name)]!, momentum), g);
          nextState[momentumOf(name)] = m;
          direction = nesterov ? tf.add(g, tf.mul(m, momentum)) : m;
        }
        nextParameters[name] = tf.sub(parameter, tf.mul(direction, rate));
      }
      return { parameters: nextParameters, state: nextState, readings: {} };
    },
  };
}
