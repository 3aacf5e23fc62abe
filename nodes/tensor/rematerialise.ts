/**
 * Gradient checkpointing (Chen et al. 2016): a part of a model keeps what it was given and none of what it computed on the
 * way, and computes that again when its gradient is due. It changes memory and time, and no bit of the result.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from './device.js';
import type { SaveForGradient } from './save-for-gradient.js';
import { tf } from './tf.js';
import { computedAfter } from './trace-backend.js';

let active = false;

/** While `body` runs, parts of models are computed so that they keep little. */
export function withRematerialisation<T>(body: () => T): T {
  const before = active;
  active = true;
  try {
    return body();
  } finally {
    active = before;
  }
}

/** What a part is computed from. */
export interface PartInputs {
  readonly x: Tensor;
  /** Every weight that the part uses. */
  readonly weights: Tensors;
  /** Tensors without a gradient, such as masks, that were made for several parts. */
  readonly held: Tensors;
}

/** `part` of the inputs: as it is, or kept small within `withRematerialisation`. It may close over no tensor. */
export function rematerialised(inputs: PartInputs, part: (inputs: PartInputs) => Tensor): Tensor {
  if (!active) return part(inputs);
  const names = Object.keys(inputs.weights);
  const heldNames = Object.keys(inputs.held);
  const named = (keys: readonly string[], tensors: readonly Tensor[]): Tensors =>
    Object.fromEntries(keys.map((key, index) => [key, tensors[index]!]));
  const gather = ([x, ...weights]: readonly Tensor[], held: Tensors): PartInputs => ({
    x: x!,
    weights: named(names, weights),
    held,
  });
  const computed = tf.customGrad((...given) => {
    const save = given.pop() as unknown as SaveForGradient;
    const own = given as Tensor[];
    save([...own, ...Object.values(inputs.held)]);
    return {
      value: part(gather(own, inputs.held)),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [x, ...weights] = saved.slice(0, own.length) as [Tensor, ...Tensor[]];
        const held = named(heldNames, saved.slice(own.length));
        // Computed from x itself it would be what was computed before, and kept.
        const again = [computedAfter(x, gradient), ...weights];
        return onTapeOfItsOwn(() => tf.grads((...args: Tensor[]) => part(gather(args, held)))(again, gradient));
      },
    };
  });
  return computed(inputs.x, ...names.map((name) => inputs.weights[name]!));
}

/** A gradient within a gradient would end the recording of the outer one, which is read once more at its end. */
function onTapeOfItsOwn<T>(body: () => T): T {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return body();
  } finally {
    state.activeTape = outer;
  }
}
