import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';

/**
 * What `compute` gives, as a constant: no gradient flows into what it reads, and none is computed. The operations within
 * a custom gradient are not recorded one by one, and this one depends on nothing that learns.
 */
export function detached(compute: () => Tensor): Tensor {
  return tf.customGrad((nothing) => ({
    value: compute(),
    gradFunc: () => tf.zerosLike(nothing as Tensor),
  }))(tf.scalar(0));
}
