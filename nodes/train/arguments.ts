/** What the configs of the trainers have in common, and what follows from it. */
import { Failure } from '../../engine/failure.js';
import type { TrainingConfig } from '../../schemas/kinds/training.js';
import type { Model } from '../model/model-directory.js';

/** The trainers' shared hyper-parameters, under the names of Hugging Face's `TrainingArguments`. */
export type TrainingArguments = TrainingConfig;

export function totalStepsOf(config: TrainingArguments, stepsPerEpoch: number): number {
  return config.max_steps > 0 ? config.max_steps : Math.ceil(config.num_train_epochs * stepsPerEpoch);
}

/** Throws `Failure` when the rows would be longer than the model has positions. */
export function maxLengthOf(config: TrainingArguments, model: Model): number {
  const { maxPositions } = model.config;
  if (config.max_length !== null && config.max_length > maxPositions) {
    throw new Failure(
      'max-length-exceeds-model',
      `max_length is ${config.max_length}, and the model has ${maxPositions} positions.`,
      `Leave max_length out, or set it to at most ${maxPositions}.`,
    );
  }
  return config.max_length ?? maxPositions;
}
