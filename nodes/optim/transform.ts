/** An optimiser is a chain of gradient transforms, after optax: each has state of its own, as tensors beside the weights. */
import type { Tensor } from '@tensorflow/tfjs';
import type { HostTensors, Tensors } from '../tensor/device.js';

export type Shapes = Readonly<Record<string, readonly number[]>>;

/** What an update may depend on besides tensors. */
export interface UpdateStep {
  /** Number of this update, from 1. */
  readonly step: number;
  readonly learningRate: number;
}

interface Part {
  /** State before the first update. */
  init(shapes: Shapes): HostTensors;
  /**
   * All that depends on the number of the step alone, as float32 scalars. They are computed here, in double precision,
   * because 1 − βᵗ in single precision loses four digits at t = 1.
   */
  scalars(update: UpdateStep): HostTensors;
}

/** Changes gradients on their way to the weights. */
export interface Transform extends Part {
  update(
    gradients: Tensors,
    state: Tensors,
    scalars: Tensors,
  ): {
    /** What the next transform reads as gradients. */
    readonly gradients: Tensors;
    readonly state: Tensors;
    /** Scalars worth logging, such as `grad_norm`. */
    readonly readings: Tensors;
  };
}

/** Ends a chain: makes new weights. */
export interface Optimizer extends Part {
  update(
    gradients: Tensors,
    state: Tensors,
    scalars: Tensors,
    parameters: Tensors,
  ): { readonly parameters: Tensors; readonly state: Tensors; readonly readings: Tensors };
}

/** Puts transforms before an optimiser, in the order given. */
export function chain(transforms: readonly Transform[], optimizer: Optimizer): Optimizer {
  const parts: readonly Part[] = [...transforms, optimizer];
  return {
    init: (shapes) => Object.assign({}, ...parts.map((part) => part.init(shapes))),
    scalars: (update) => Object.assign({}, ...parts.map((part) => part.scalars(update))),
    update(gradients, state, scalars, parameters) {
      let current = gradients;
      const next: Record<string, Tensor> = {};
      const readings: Record<string, Tensor> = {};
      for (const transform of transforms) {
        const updated = transform.update(current, state, scalars);
        current = updated.gradients;
        Object.assign(next, updated.state);
        Object.assign(readings, updated.readings);
      }
      const last = optimizer.update(current, state, scalars, parameters);
      return {
        parameters: last.parameters,
        state: { ...next, ...last.state },
        readings: { ...readings, ...last.readings },
      };
    },
  };
}
