/** The config of `train.self_supervised`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { languageModelProperties } from './language-model.js';
import { trainingProperties } from './training.js';

export const trainSelfSupervisedSchema = {
  type: 'object',
  properties: {
    ...trainingProperties,
    ...languageModelProperties,
    learning_rate: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 5e-5,
      description: 'Highest learning rate.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainSelfSupervisedConfig = FromSchema<typeof trainSelfSupervisedSchema>;
