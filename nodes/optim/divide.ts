import type { Tensors } from '../tensor/device.js';
import type { Optimizer } from './transform.js';

/** Gives some of the weights to one optimiser and the rest to another. The two must name their state differently. */
export function divide(
  goesToFirst: (name: string, shape: readonly number[]) => boolean,
  first: Optimizer,
  second: Optimizer,
): Optimizer {
  const part = <Value>(
    values: Readonly<Record<string, Value>>,
    wanted: boolean,
    shapeOf: (v: Value) => readonly number[],
  ) =>
    Object.fromEntries(Object.entries(values).filter(([name, value]) => goesToFirst(name, shapeOf(value)) === wanted));
  return {
    init: (shapes) => ({
      ...first.init(part(shapes, true, (shape) => shape)),
      ...second.init(part(shapes, false, (shape) => shape)),
    }),
    scalars: (update) => ({ ...first.scalars(update), ...second.scalars(update) }),
    update(gradients, state, scalars, parameters) {
      const gradientsOf = (wanted: boolean): Tensors => part(gradients, wanted, ({ shape }) => shape);
      const one = first.update(gradientsOf(true), state, scalars, parameters);
      const other = second.update(gradientsOf(false), state, scalars, parameters);
      return {
        parameters: { ...one.parameters, ...other.parameters },
        state: { ...one.state, ...other.state },
        readings: { ...one.readings, ...other.readings },
      };
    },
  };
}
