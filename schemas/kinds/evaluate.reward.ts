/** The config of `evaluate.reward`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const evaluateRewardSchema = {
  type: 'object',
  properties: {
    batch_size: { type: 'integer', minimum: 1, default: 16, description: 'Responses that are scored together.' },
    max_length: {
      type: ['integer', 'null'],
      minimum: 2,
      default: null,
      description: 'Most tokens of a prompt with a response. Null: as many as the model has positions.',
    },
    overlong: {
      enum: ['error', 'truncate', 'drop'],
      default: 'truncate',
      description:
        'What to do with a row of which a prompt with a response has more tokens than `max_length`: fail, cut off the ends, or leave it out. Each is counted.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateRewardConfig = FromSchema<typeof evaluateRewardSchema>;
