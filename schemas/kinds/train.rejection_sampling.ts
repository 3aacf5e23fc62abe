/** The config of `train.rejection_sampling`: that of `sample.best_of_n`, and that of `train.supervised`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { bestOfProperties, rewardProperties, samplingProperties } from './sampling.js';
import { trainSupervisedSchema } from './train.supervised.js';

const {
  assistant_only_loss: _,
  mask_history: __,
  empty_completion: ___,
  ...learning
} = trainSupervisedSchema.properties;

export const trainRejectionSamplingSchema = {
  type: 'object',
  properties: {
    ...bestOfProperties,
    ...rewardProperties,
    ...samplingProperties,
    ...learning,
    seed: { ...learning.seed, description: 'Seed of the sampling and of the order of the rows.' },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainRejectionSamplingConfig = FromSchema<typeof trainRejectionSamplingSchema>;
