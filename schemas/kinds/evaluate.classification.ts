/** The config of `evaluate.classification`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { intervalProperties } from './text-metrics.js';

export const evaluateClassificationSchema = {
  type: 'object',
  properties: {
    batch_size: { type: 'integer', minimum: 1, default: 16, description: 'Texts that are read together.' },
    max_length: {
      type: ['integer', 'null'],
      minimum: 2,
      default: null,
      description: 'Most tokens of a text. Null: as many as the model has positions.',
    },
    overlong: {
      enum: ['error', 'truncate', 'drop'],
      default: 'truncate',
      description:
        'What to do with a text of more tokens than `max_length`: fail, cut off its end, or leave it out. Each is counted.',
    },
    threshold: {
      type: 'number',
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.5,
      description: 'Where several labels may hold: those that are likelier than this are given.',
    },
    ...intervalProperties,
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateClassificationConfig = FromSchema<typeof evaluateClassificationSchema>;
