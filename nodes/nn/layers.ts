/** Linear modules, on rank-2 activations `[batch · time, width]`. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../tensor/device.js';
import { inModule } from '../tensor/scope.js';
import { tf } from '../tensor/tf.js';
import { adapted } from './low-rank.js';

/**
 * x Wᵀ + bias for x `[n, in]` and the module's weight, stored `[out, in]`, or `[in, out]` where `transposed`; with the
 * module's low-rank update and its bias if it has them.
 */
export function linear(parameters: Tensors, module: string, x: Tensor, transposed = false): Tensor {
  return inModule(module, () => {
    const weight = weightOf(parameters, `${module}.weight`);
    const plain = tf.matMul(x, weight, false, !transposed);
    const product = adapted(parameters, module, x, plain, () => (transposed ? tf.transpose(weight) : weight));
    const bias = parameters[`${module}.bias`];
    return bias ? tf.add(product, bias) : product;
  });
}

export function weightOf(parameters: Tensors, name: string): Tensor {
  const tensor = parameters[name];
  if (!tensor) throw new Error(`The parameters lack '${name}'.`);
  return tensor;
}
