/** What the configs of the trainers have in common, and what follows from it. */
import { Failure } from '../../engine/failure.js';
import type { TrainSelfSupervisedConfig } from '../../schemas/kinds/train.self_supervised.js';
import type { Model } from '../model/model-directory.js';
import { adamw } from '../optim/adamw.js';
import { clipByGlobalNorm } from '../optim/clip.js';
import type { Schedule } from '../optim/schedule.js';
import { chain, type Optimizer } from '../optim/transform.js';

/** The trainers' shared hyper-parameters, under the names of Hugging Face's `TrainingArguments`. */
export type TrainingArguments = TrainSelfSupervisedConfig;

export function optimizerOf(config: TrainingArguments): Optimizer {
  const maxNorm = config.max_grad_norm === 0 ? Number.POSITIVE_INFINITY : config.max_grad_norm;
  const options = {
    beta1: config.adam_beta1,
    beta2: config.adam_beta2,
    epsilon: config.adam_epsilon,
    weightDecay: config.weight_decay,
  };
  return chain([clipByGlobalNorm(maxNorm)], adamw(options));
}

export function totalStepsOf(config: TrainingArguments, stepsPerEpoch: number): number {
  return config.max_steps > 0 ? config.max_steps : Math.ceil(config.num_train_epochs * stepsPerEpoch);
}

export function scheduleOf(config: TrainingArguments, totalSteps: number): Schedule {
  return {
    type: config.lr_scheduler_type,
    learningRate: config.learning_rate,
    warmupSteps: config.warmup_steps > 0 ? config.warmup_steps : Math.ceil(totalSteps * config.warmup_ratio),
    totalSteps,
  };
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
