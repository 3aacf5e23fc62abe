/**
 * Sums of activations on the way through a model, which tell afterwards where the first number was that is none: a sum is
 * finite only if all its terms are. It costs one pass over what is watched.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from './device.js';
import { tf } from './tf.js';

let watched: Record<string, Tensor> | undefined;

/** The tensor as it is: the output of the module of this path. */
export function watch(module: string, output: Tensor): Tensor {
  if (watched) watched[module] = tf.keep(tf.sum(output));
  return output;
}

/** What `body` gives, and the sums of what was watched meanwhile, in order, which the caller disposes. */
export function watching<T>(body: () => T): { readonly value: T; readonly sums: Tensors } {
  const outer = watched;
  const sums: Record<string, Tensor> = {};
  watched = sums;
  try {
    return { value: body(), sums };
  } finally {
    watched = outer;
  }
}
