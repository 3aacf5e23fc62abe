/** What a trainer trains: weights, and a loss that is a function of them and of a batch. */
import type { Tensor } from '@tensorflow/tfjs';
import { crossEntropy } from '../loss/cross-entropy.js';
import { decoderHidden, outputLogits } from '../nn/decoder.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import type { HostTensors, Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import type { Batch } from './batches.js';
import { decoderSites, withDropout } from './dropout.js';
import { type Regularisation, regularise } from './regularisation.js';

/** A loss as a sum and what it is the mean over, so that the batches of one update add up exactly. All are scalars. */
export interface BatchLoss {
  readonly sum: Tensor;
  /** Of how many tokens, pairs or rows; 0 is allowed. */
  readonly count: Tensor;
  /** Further sums over the same `count`, whose means are worth logging, such as `accuracy`. */
  readonly readings?: Tensors;
}

/** Readings on the host, by name. */
export type Readings = Readonly<Record<string, number>>;

/** A pure step function of the weights and of the inputs of a `Batch`. */
export type LossFunction = (parameters: Tensors, inputs: Tensors) => BatchLoss;

export interface Learner {
  /** All that the loss reads, by name. */
  readonly parameters: HostTensors;
  /** The names of those that learn; the others stay as they are. */
  readonly trainable: readonly string[];
  readonly loss: LossFunction;
  /** From the means of all readings to those that are shown, such as means over some of the rows. */
  readonly summarise?: (means: Readings) => Readings;
  /** Inputs of a batch of training besides its own, such as noise. Validation goes without them. */
  readonly trainingInputs?: (batch: Batch, place: BatchPlace) => HostTensors;
}

/** Where a batch stands in a run: what random draws may depend on. */
export interface BatchPlace {
  /** Updates made before. */
  readonly step: number;
  /** Batches of the same update before it. */
  readonly index: number;
}

/** A whole decoder that learns to predict the next token. */
export function languageModelLearner(
  model: { readonly config: DecoderConfig; readonly parameters: HostTensors },
  regularisation?: Regularisation,
): Learner {
  const { config, parameters } = model;
  const learner = { parameters, trainable: Object.keys(parameters), loss: nextTokenLoss(config) };
  if (!regularisation) return learner;
  const regularised = { ...learner, trainingInputs: regularise(regularisation, config.width) };
  return withDropout(regularised, decoderSites(config, regularisation), regularisation.seed);
}

/**
 * Cross-entropy over the supervised tokens, in nats. Inputs: `ids`, `targets`, and when packed `positions`, `segments`. With
 * `noise` on the embeddings and `smoothing` of the targets where they are given.
 */
export function nextTokenLoss(config: DecoderConfig): LossFunction {
  return (parameters, { ids, targets, positions, segments, noise, smoothing }) => {
    const hidden = decoderHidden(config, parameters, { ids: ids!, positions, segments, noise });
    return crossEntropy(outputLogits(config, parameters, hidden), tf.reshape(targets!, [-1]), smoothing);
  };
}
