/** The step functions of training: plain functions from tensors to tensors, which a device makes fast. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Optimizer } from '../optim/transform.js';
import type { StepFunction, Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import { watching } from '../tensor/watch.js';
import { activationReadings, gradientReadings } from './finite.js';
import type { BatchLoss, Learner, LossFunction } from './learner.js';

type Learning = Pick<Learner, 'trainable' | 'loss'>;

/**
 * One update: forward, backward, optimiser. State: the learner's parameters and the optimiser's state. Inputs: those of
 * a `Batch` and the optimiser's scalars. Outputs: `loss` and the loss's readings, each the mean over what the batch
 * counts, the optimiser's readings, and those of `finite.ts`.
 */
export function trainingStep(learning: Learning, optimizer: Optimizer): StepFunction {
  return (state, inputs) => {
    const mean = (sum: Tensor, { count }: BatchLoss) => tf.div(sum, count);
    const { value, gradients, readings } = differentiate(learning, state, inputs, (batch) => ({
      value: mean(batch.sum, batch),
      readings: mapValues(batch.readings ?? {}, (sum) => mean(sum, batch)),
    }));
    const updated = optimizer.update(gradients, state, inputs, state);
    return {
      state: { ...updated.parameters, ...updated.state },
      outputs: { loss: value, ...readings, ...gradientReadings(gradients), ...updated.readings },
    };
  };
}

/** The entry of the state that a gradient is summed up in. */
export const gradientSum = (name: string) => `gradient.${name}`;

/**
 * Adds the gradient of a batch's summed loss to what the earlier batches of the window left. State: the learner's
 * parameters and a `gradientSum` of each that learns. Inputs: those of a `Batch`, and the float32 scalar
 * `window.carry`: 0 for the first batch of a window, else 1. Outputs: `count`, and sums over it: `loss`, readings, those
 * of activations.
 */
export function accumulationStep(learning: Learning): StepFunction {
  return (state, inputs) => {
    const { value, gradients, readings } = differentiate(learning, state, inputs, ({ sum, count, readings = {} }) => ({
      value: sum,
      readings: { ...readings, count },
    }));
    const carried = (name: string) => tf.mul(state[gradientSum(name)]!, inputs['window.carry']!);
    const sums = Object.entries(gradients).map(([name, gradient]) => [
      gradientSum(name),
      tf.add(carried(name), gradient),
    ]);
    return { state: Object.fromEntries(sums), outputs: { loss: value, ...readings } };
  };
}

/**
 * The update that ends a window. The sums are divided once, by the count of the whole window: an average of the batches'
 * averages would weigh tokens unequally. Inputs: the float32 scalar `window.count` and the optimiser's scalars.
 */
export function windowUpdateStep(trainable: readonly string[], optimizer: Optimizer): StepFunction {
  return (state, inputs) => {
    const mean = (name: string) => tf.div(state[gradientSum(name)]!, inputs['window.count']!);
    const gradients = Object.fromEntries(trainable.map((name) => [name, mean(name)]));
    const updated = optimizer.update(gradients, state, inputs, state);
    const outputs = { ...gradientReadings(gradients), ...updated.readings };
    return { state: { ...updated.parameters, ...updated.state }, outputs };
  };
}

/** Inputs: those of a `Batch`. Outputs: `loss` and the loss's readings, as sums over what the batch counts. */
export function validationStep(loss: LossFunction): StepFunction {
  return (state, inputs) => {
    const { sum, readings } = loss(state, inputs);
    return { outputs: { loss: sum, ...readings } };
  };
}

/** What is wanted of a loss: the scalar to differentiate, and scalars that are only read. */
interface Wanted {
  readonly value: Tensor;
  readonly readings: Tensors;
}

function differentiate(
  { trainable, loss }: Learning,
  state: Tensors,
  inputs: Tensors,
  choose: (batch: BatchLoss) => Wanted,
): Wanted & { readonly gradients: Tensors } {
  let kept: Tensors = {};
  const scalarLoss = (...weights: Tensor[]) => {
    const learning = Object.fromEntries(trainable.map((name, index) => [name, weights[index]!]));
    const { value: batch, sums } = watching(() => loss({ ...state, ...learning }, inputs));
    const wanted = choose(batch);
    kept = { ...mapValues(wanted.readings, (reading) => tf.keep(tf.clone(reading))), ...activationReadings(sums) };
    return wanted.value as ReturnType<typeof tf.scalar>;
  };
  const { value, grads } = tf.valueAndGrads(scalarLoss)(trainable.map((name) => state[name]!));
  // The scope of the gradient has ended; what was kept from it goes over to the scope of the step.
  const readings = mapValues(kept, (tensor) => tf.clone(tensor));
  for (const tensor of Object.values(kept)) tensor.dispose();
  const gradients = Object.fromEntries(trainable.map((name, index) => [name, grads[index]!]));
  return { value, readings, gradients };
}

function mapValues(tensors: Tensors, change: (tensor: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}
