/** The config of `data.rank`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const dataRankSchema = {
  type: 'object',
  properties: {
    rows: {
      enum: ['ranking', 'preference'],
      default: 'ranking',
      description: 'What is made: one ranking a prompt, or pairs of a better and a worse response.',
    },
    pairs: {
      enum: ['all', 'best_worst', 'adjacent'],
      default: 'all',
      description:
        'For preferences, which responses are paired: all that are not tied; the best with the worst; or each with those of the next rank.',
    },
    margin: {
      type: 'boolean',
      default: false,
      description: 'For preferences: whether a pair has the difference of its scores as its `margin`.',
    },
    tie_tolerance: {
      type: 'number',
      minimum: 0,
      default: 0,
      description: 'Responses are tied whose score is at most this far below that of the best among them.',
    },
    max_responses: {
      type: ['integer', 'null'],
      minimum: 2,
      default: null,
      description: 'Most responses of a prompt, the first ones; the others are counted. Null: all.',
    },
    higher_is_better: {
      type: 'boolean',
      default: true,
      description: 'Whether a larger score is better. False for losses and distances.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type DataRankConfig = FromSchema<typeof dataRankSchema>;
