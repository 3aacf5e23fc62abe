/** The config of `evaluate.errors`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { intervalProperties } from './text-metrics.js';

export const evaluateErrorsSchema = {
  type: 'object',
  properties: {
    score: {
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      description:
        'Path of the field that tells how good a row is: `token_f1`, `acc`, `score`. More is better. Null: 1 where `predicted` is the right label, else 0.',
    },
    label: { type: 'string', minLength: 1, default: 'label', description: 'Path of the field of the right label.' },
    predicted: {
      type: 'string',
      minLength: 1,
      default: 'predicted',
      description: 'Path of the field of the given label.',
    },
    slices: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description: 'Paths of fields whose values part the rows: `source`, `meta.language`.',
    },
    text: {
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      description:
        'Path of the text whose length in words parts the rows. Null: `text`, else `prompt`, where rows have it.',
    },
    length_bins: {
      type: 'integer',
      minimum: 1,
      maximum: 20,
      default: 4,
      description: 'Into how many slices of like many rows the lengths are parted. 1: not at all.',
    },
    min_rows: {
      type: 'integer',
      minimum: 1,
      default: 10,
      description: 'Values of fewer rows are put together as “others”.',
    },
    worst: { type: 'integer', minimum: 0, default: 20, description: 'How many of the worst rows are kept.' },
    ...intervalProperties,
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateErrorsConfig = FromSchema<typeof evaluateErrorsSchema>;
