/** The config of `tokenizer.stats`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const tokenizerStatsSchema = {
  type: 'object',
  properties: {
    max_length: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Rows of more tokens than this are counted; null counts none.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TokenizerStatsConfig = FromSchema<typeof tokenizerStatsSchema>;
