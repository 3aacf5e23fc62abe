/** The step functions of training: plain functions from tensors to tensors, which a device makes fast. */
import type { Tensor } from '@tensorflow/tfjs';
import { crossEntropy } from '../loss/cross-entropy.js';
import { decoderHidden, outputLogits } from '../nn/decoder.js';
import { type DecoderConfig, parameterShapes } from '../nn/decoder-config.js';
import type { Optimizer } from '../optim/transform.js';
import type { StepFunction, Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';

/**
 * One update: forward, backward, optimiser. State: the weights and the optimiser's state. Inputs: those of a `Batch`
 * and the optimiser's scalars. Outputs: `loss`, the mean over the batch's supervised tokens in nats, and the
 * optimiser's readings.
 */
export function trainingStep(config: DecoderConfig, optimizer: Optimizer): StepFunction {
  const names = Object.keys(parameterShapes(config));
  return (state, inputs) => {
    const meanLoss = (...weights: Tensor[]) => {
      const parameters = Object.fromEntries(names.map((name, index) => [name, weights[index]!]));
      const { sum, count } = batchLoss(config, parameters, inputs);
      return tf.div(sum, count) as ReturnType<typeof tf.scalar>;
    };
    const { value, grads } = tf.valueAndGrads(meanLoss)(names.map((name) => state[name]!));
    const gradients = Object.fromEntries(names.map((name, index) => [name, grads[index]!]));
    const updated = optimizer.update(gradients, state, inputs, state);
    return { state: { ...updated.parameters, ...updated.state }, outputs: { loss: value, ...updated.readings } };
  };
}

/** Inputs: those of a `Batch`. Output: `loss_sum` over its supervised tokens, in nats. */
export function validationStep(config: DecoderConfig): StepFunction {
  return (state, inputs) => ({ outputs: { loss_sum: batchLoss(config, state, inputs).sum } });
}

function batchLoss(config: DecoderConfig, parameters: Tensors, inputs: Tensors) {
  const { ids, targets, positions, segments } = inputs;
  const hidden = decoderHidden(config, parameters, { ids: ids!, positions, segments });
  return crossEntropy(outputLogits(config, parameters, hidden), tf.reshape(targets!, [-1]));
}
