/** The config of `generate`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { generationProperties } from './generation.js';

export const generateSchema = {
  type: 'object',
  properties: {
    ...generationProperties,
    num_return_sequences: {
      type: 'integer',
      minimum: 1,
      default: 1,
      description: 'Responses to each prompt: so many samples, or the best of the beams, the best first.',
    },
    logprobs: {
      type: 'boolean',
      default: false,
      description: 'Whether to write the sum and the mean of the log-probabilities of the tokens of each response.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type GenerateConfig = FromSchema<typeof generateSchema>;
