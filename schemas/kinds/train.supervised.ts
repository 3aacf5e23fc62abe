/** The config of `train.supervised`, in the names of TRL's `SFTConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { trainingProperties } from './training.js';

export const trainSupervisedSchema = {
  type: 'object',
  properties: {
    ...trainingProperties,
    learning_rate: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 2e-5,
      description: 'Highest learning rate of AdamW.',
    },
    completion_only_loss: {
      type: 'boolean',
      default: true,
      description: 'Whether only the completion is learned, and the prompt is merely read.',
    },
    packing: {
      type: 'boolean',
      default: false,
      description:
        'Whether several examples share a row, kept apart by the attention mask: faster where they are short.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainSupervisedConfig = FromSchema<typeof trainSupervisedSchema>;
