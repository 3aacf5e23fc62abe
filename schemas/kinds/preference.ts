/** What the trainers that learn from preferences have in common, in the names of TRL. */
import type { JSONSchema } from 'json-schema-to-ts';
import { trainingProperties } from './training.js';

export const preferenceProperties = {
  ...trainingProperties,
  learning_rate: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 1e-6,
    description: 'Highest learning rate of AdamW.',
  },
  overlong: {
    enum: ['error', 'truncate', 'drop'],
    default: 'truncate',
    description:
      'What to do with a row of which a prompt with its answer has more tokens than `max_length`: fail, cut off the ends, or leave it out. Each is counted.',
  },
} as const satisfies Record<string, JSONSchema>;

export const labelSmoothing = {
  type: 'number',
  minimum: 0,
  maximum: 0.5,
  default: 0,
  description: 'The chance, as you take it, that a label is wrong and the rejected answer is the better one.',
} as const satisfies JSONSchema;
