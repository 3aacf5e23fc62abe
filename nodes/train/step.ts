/** The step functions of training: plain functions from tensors to tensors, which a device makes fast. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Optimizer } from '../optim/transform.js';
import type { StepFunction, Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import type { Learner, LossFunction } from './learner.js';

/**
 * One update: forward, backward, optimiser. State: the learner's parameters and the optimiser's state. Inputs: those of
 * a `Batch` and the optimiser's scalars. Outputs: `loss` and the loss's readings, each the mean over what the batch
 * counts, and the optimiser's readings.
 */
export function trainingStep(
  { trainable, loss }: Pick<Learner, 'trainable' | 'loss'>,
  optimizer: Optimizer,
): StepFunction {
  return (state, inputs) => {
    let kept: Tensors = {};
    const meanLoss = (...weights: Tensor[]) => {
      const learning = Object.fromEntries(trainable.map((name, index) => [name, weights[index]!]));
      const batch = loss({ ...state, ...learning }, inputs);
      const mean = (sum: Tensor) => tf.div(sum, batch.count);
      kept = mapValues(batch.readings ?? {}, (sum) => tf.keep(mean(sum)));
      return mean(batch.sum) as ReturnType<typeof tf.scalar>;
    };
    const { value, grads } = tf.valueAndGrads(meanLoss)(trainable.map((name) => state[name]!));
    // The scope of the gradient has ended; what was kept from it goes over to the scope of the step.
    const readings = mapValues(kept, (tensor) => tf.clone(tensor));
    for (const tensor of Object.values(kept)) tensor.dispose();
    const gradients = Object.fromEntries(trainable.map((name, index) => [name, grads[index]!]));
    const updated = optimizer.update(gradients, state, inputs, state);
    return {
      state: { ...updated.parameters, ...updated.state },
      outputs: { loss: value, ...readings, ...updated.readings },
    };
  };
}

/** Inputs: those of a `Batch`. Outputs: `loss` and the loss's readings, as sums over what the batch counts. */
export function validationStep(loss: LossFunction): StepFunction {
  return (state, inputs) => {
    const { sum, readings } = loss(state, inputs);
    return { outputs: { loss: sum, ...readings } };
  };
}

function mapValues(tensors: Tensors, change: (tensor: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}
