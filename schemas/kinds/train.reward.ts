/** The config of `train.reward`, in the names of TRL's `RewardConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { trainingProperties } from './training.js';

export const poolingSchema = {
  enum: ['last_token', 'mean'],
  default: 'last_token',
  description:
    'What the head reads: the last token of a sequence, or the mean over its tokens. Transformers knows the former only. A model that has a head keeps its own.',
} as const satisfies JSONSchema;

export const trainRewardSchema = {
  type: 'object',
  properties: {
    ...trainingProperties,
    learning_rate: { type: 'number', exclusiveMinimum: 0, default: 1e-4, description: 'Highest learning rate.' },
    per_device_train_batch_size: {
      ...trainingProperties.per_device_train_batch_size,
      description: 'Prompts, with all their responses, that are computed together.',
    },
    center_rewards_coefficient: {
      type: ['number', 'null'],
      exclusiveMinimum: 0,
      default: null,
      description:
        'Weight of the squared sum of two compared rewards, which is added to the loss and holds rewards about 0; 0.01 is usual. Null: none.',
    },
    normalize_rewards: {
      type: 'boolean',
      default: true,
      description:
        'Whether the model is given the mean and the deviation of its scores on the samples at `reference`, or without them on responses of `dataset`, so that its rewards have mean 0 and deviation 1 there.',
    },
    pooling: poolingSchema,
    overlong: {
      enum: ['error', 'truncate', 'drop'],
      default: 'drop',
      description:
        'What to do with a row of which a prompt with a response has more tokens than `max_length`: fail, cut off the ends, or leave it out. Each is counted.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainRewardConfig = FromSchema<typeof trainRewardSchema>;
