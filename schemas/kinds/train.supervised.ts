/** The config of `train.supervised`, in the names of TRL's `SFTConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { languageModelProperties } from './language-model.js';
import { trainingProperties } from './training.js';

export const trainSupervisedSchema = {
  type: 'object',
  properties: {
    ...trainingProperties,
    ...languageModelProperties,
    learning_rate: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 2e-5,
      description: 'Highest learning rate.',
    },
    completion_only_loss: {
      type: 'boolean',
      default: true,
      description: 'Whether only the completion is learned, and the prompt is merely read.',
    },
    assistant_only_loss: {
      type: 'boolean',
      default: true,
      description:
        'For rows of `messages`: whether only the turns of the assistant are learned, as the `generation` blocks of the chat template mark them. Without such blocks they are found by rendering the conversation up to each turn.',
    },
    mask_history: {
      type: 'boolean',
      default: false,
      description: 'For rows of `messages`: whether only the last turn of the assistant is learned.',
    },
    overlong: {
      enum: ['error', 'truncate', 'drop', 'split'],
      default: 'truncate',
      description:
        'What to do with a row of more tokens than `max_length`: fail, cut off its end, leave it out, or make several rows of it. Each is counted.',
    },
    empty_completion: {
      enum: ['error', 'drop'],
      default: 'error',
      description:
        'What to do with a row whose completion, or one of whose learned assistant messages, is empty: fail, or leave it out and count it.',
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
