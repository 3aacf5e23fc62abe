/** The config of `evaluate.multiple_choice`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { intervalProperties } from './text-metrics.js';

export const evaluateMultipleChoiceSchema = {
  type: 'object',
  properties: {
    prompt: {
      type: 'string',
      minLength: 1,
      default: 'prompt',
      description: 'Path of the field that holds what stands before the choices.',
    },
    choices: {
      type: 'string',
      minLength: 1,
      default: 'choices',
      description: 'Path of the field that holds the choices: a list of two texts or more.',
    },
    answer: {
      type: 'string',
      minLength: 1,
      default: 'answer',
      description: 'Path of the field that holds the right choice: its index, from 0, or its text.',
    },
    target_delimiter: {
      type: 'string',
      default: ' ',
      description: 'What is put between the prompt and each choice.',
    },
    batch_size: { type: 'integer', minimum: 1, default: 16, description: 'Choices that are scored together.' },
    ...intervalProperties,
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateMultipleChoiceConfig = FromSchema<typeof evaluateMultipleChoiceSchema>;
