/** The config of `evaluate.language_model`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const evaluateLanguageModelSchema = {
  type: 'object',
  properties: {
    batch_size: { type: 'integer', minimum: 1, default: 8, description: 'Rows that are scored together.' },
    max_length: {
      type: ['integer', 'null'],
      minimum: 2,
      default: null,
      description: 'Tokens of a window. Null: as many as the model has positions.',
    },
    stride: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description:
        'How far the window moves over a text that is longer than it. Tokens that an earlier window has scored are then only read. Null: half of the window.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateLanguageModelConfig = FromSchema<typeof evaluateLanguageModelSchema>;
