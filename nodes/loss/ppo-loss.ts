/** The losses of proximal policy optimisation (Schulman et al. 2017), token by token. */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';

export interface ClippedPolicy {
  /** max(−A r, −A clip(r, 1 − ε_low, 1 + ε_high)), of the shape of `ratio`. Eq. 7, as a loss. */
  readonly loss: Tensor;
  /** 1 where clipping stops the gradient, else 0. */
  readonly clipped: Tensor;
}

/** `ratio` π / π_old, of any shape; `advantages` broadcast over it. DAPO (Yu et al. 2025) has ε_high above ε_low. */
export function clippedPolicyLoss(
  ratio: Tensor,
  advantages: Tensor,
  { low, high }: { readonly low: number; readonly high: number },
): ClippedPolicy {
  const bounded = tf.clipByValue(ratio, 1 - low, 1 + high);
  const loss = tf.neg(tf.minimum(tf.mul(ratio, advantages), tf.mul(bounded, advantages)));
  const below = tf.logicalAnd(tf.less(ratio, 1 - low), tf.less(advantages, 0));
  const above = tf.logicalAnd(tf.greater(ratio, 1 + high), tf.greater(advantages, 0));
  return { loss, clipped: tf.cast(tf.logicalOr(below, above), 'float32') };
}

export interface ClippedValue {
  /** ½ max((V − R)², (clip(V, V_old ± range) − R)²). */
  readonly loss: Tensor;
  /** 1 where the clipped value is the worse one, else 0. */
  readonly clipped: Tensor;
}

/** All of one shape. `returns` R and `old` V_old are constants. As in OpenAI's baselines and lm-human-preferences. */
export function clippedValueLoss(values: Tensor, old: Tensor, returns: Tensor, range: number): ClippedValue {
  const bounded = tf.maximum(tf.minimum(values, tf.add(old, range)), tf.sub(old, range));
  const free = tf.square(tf.sub(values, returns));
  const held = tf.square(tf.sub(bounded, returns));
  return { loss: tf.mul(tf.maximum(free, held), 0.5), clipped: tf.cast(tf.greater(held, free), 'float32') };
}
