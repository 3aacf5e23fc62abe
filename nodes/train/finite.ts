/** Readings that tell, when a loss is no number, where the first number was that is none. They are read here and nowhere else. */
import type { Tensor } from '@tensorflow/tfjs';
import { Failure } from '../../engine/failure.js';
import type { Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import type { Readings } from './learner.js';

const activation = 'sum of ';
const gradient = 'square of ';

/** Readings of the sums of activations, by module. */
export function activationReadings(sums: Tensors): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(sums).map(([module, sum]) => [`${activation}${module}`, sum]));
}

/** Readings of the gradients, by weight. Clipping computes the same squares, and a compiled program computes them once. */
export function gradientReadings(gradients: Tensors): Record<string, Tensor> {
  const squares = Object.entries(gradients).map(([name, value]) => [`${gradient}${name}`, tf.sum(tf.square(value))]);
  return Object.fromEntries(squares);
}

/** The other readings. Throws `Failure` `loss-not-finite` where the loss or the norm of the gradients is none. */
export function finiteReadings(readings: Readings, step: number): Readings {
  const isOurs = (name: string) => name.startsWith(activation) || name.startsWith(gradient);
  // An optimiser that does not clip measures no norm.
  const { loss, grad_norm = 0 } = readings;
  if (Number.isFinite(loss) && Number.isFinite(grad_norm)) {
    return Object.fromEntries(Object.entries(readings).filter(([name]) => !isOurs(name)));
  }
  throw new Failure(
    'loss-not-finite',
    `At step ${step} the loss is ${loss} and the norm of the gradients ${grad_norm}. ${originOf(readings)}`,
    'Lower learning_rate, or give it a longer warm-up. If it happens at the first step, the model itself is broken.',
  );
}

/** Activations come about from the first layer on, gradients from the last. */
function originOf(readings: Readings): string {
  const broken = (prefix: string) =>
    Object.keys(readings).flatMap((name) =>
      name.startsWith(prefix) && !Number.isFinite(readings[name]) ? [name.slice(prefix.length)] : [],
    );
  const [module] = broken(activation);
  if (module !== undefined) return `The first output that is not finite is that of ${module}.`;
  if (!Number.isFinite(readings.loss)) return 'The outputs of all layers are finite.';
  const weight = broken(gradient).at(-1);
  return weight === undefined
    ? 'Each gradient is finite; their sum is not.'
    : `All outputs are finite; the first gradient that is not is that of ${weight}.`;
}
