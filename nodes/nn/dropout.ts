/**
 * Dropout (Srivastava et al. 2014): each number of an activation becomes 0 with some probability p, and 1 / (1 − p) times
 * itself otherwise, so that the mean stays. What is kept is drawn outside of the model: a mask, float32 of the activation's
 * shape, holds 0 or 1 / (1 − p), and is found among the parameters by its name. Where there is none, nothing is dropped.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';

/** The names of the masks of a decoder. */
export const dropoutNames = {
  /** `[batch · time, width]`: what enters the first layer. */
  embedding: 'dropout.embedding',
  /** `[batch, heads, time, time]`: how much each token attends to each. */
  attention: (layer: number) => `dropout.${layer}.attention`,
  /** `[batch · time, width]`: what attention adds to the residual stream. */
  attended: (layer: number) => `dropout.${layer}.attended`,
  /** `[batch · time, width]`: what the MLP adds to it. */
  mlp: (layer: number) => `dropout.${layer}.mlp`,
} as const;

export function dropped(parameters: Tensors, name: string, x: Tensor): Tensor {
  const mask = parameters[name];
  return mask ? tf.mul(x, mask) : x;
}
