/** The config of `data.drift`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const dataDriftSchema = {
  type: 'object',
  properties: {
    fields: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description: 'Fields whose texts are compared. Empty: all that a row says.',
    },
    label: {
      type: 'string',
      minLength: 1,
      default: 'label',
      description: 'Path of a field whose values are compared, where rows have it.',
    },
    permutations: {
      type: 'integer',
      minimum: 0,
      maximum: 100_000,
      default: 200,
      description: 'Of the test whether chance would make such differences. 0: none.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type DataDriftConfig = FromSchema<typeof dataDriftSchema>;
