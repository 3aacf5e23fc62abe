/**
 * Low-rank adapters of linear modules, found among the parameters by their names: LoRA (Hu et al. 2021) computes
 * x Wᵀ + s · (x Aᵀ) Bᵀ with A `[r, in]` and B `[out, r]`; DoRA (Liu et al. 2024) then gives each output row the learned
 * length m: m / ‖W + s B A‖ times that.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import { dropped } from './dropout.js';

/** The scale s, a scalar that all modules share. */
export const scalingName = 'lora_scaling';

/** The names of a module's adapter, as PEFT has them. */
export function adapterNames(module: string) {
  return {
    down: `${module}.lora_A.weight`,
    up: `${module}.lora_B.weight`,
    magnitude: `${module}.lora_magnitude_vector`,
    /** The mask of what the update reads, `[n, in]`, as of `dropped`. */
    dropout: `${module}.lora_dropout`,
  } as const;
}

/**
 * What a linear module gives for x `[n, in]` when it is adapted, and `plain` where it is not. `plain` is x Wᵀ without a
 * bias, `[n, out]`; `weight` is W as `[out, in]`, read by DoRA only.
 */
export function adapted(parameters: Tensors, module: string, x: Tensor, plain: Tensor, weight: () => Tensor): Tensor {
  const names = adapterNames(module);
  const down = parameters[names.down];
  if (!down) return plain;
  const up = parameters[names.up]!;
  const scaling = parameters[scalingName]!;
  const seen = dropped(parameters, names.dropout, x);
  const narrow = tf.mul(tf.matMul(seen, down, false, true), scaling);
  const update = tf.matMul(narrow, up, false, true);
  const magnitude = parameters[names.magnitude];
  if (!magnitude) return tf.add(plain, update);
  const lengths = tf.div(magnitude, rowNorms(weight(), down, up, scaling));
  if (seen === x) return tf.mul(tf.add(plain, update), lengths);
  // As in PEFT, the module itself reads everything; what the adapter makes of it, lengths included, is dropped from.
  const stretched = tf.mul(tf.matMul(seen, weight(), false, true), tf.sub(lengths, 1));
  return tf.add(plain, tf.add(stretched, tf.mul(update, lengths)));
}

/** ‖W + s B A‖ of each row, `[out]`, held constant in the gradient, as the authors advise (section 4.3). */
function rowNorms(weight: Tensor, down: Tensor, up: Tensor, scaling: Tensor): Tensor {
  const constant = tf.customGrad((a, b) => {
    const update = tf.mul(tf.matMul(b as Tensor, a as Tensor), scaling);
    return {
      value: tf.sqrt(tf.sum(tf.square(tf.add(weight, update)), 1)),
      gradFunc: () => [tf.zerosLike(a as Tensor), tf.zerosLike(b as Tensor)],
    };
  });
  return constant(down, up);
}
