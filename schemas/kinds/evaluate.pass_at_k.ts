/** The config of `evaluate.pass_at_k`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { intervalProperties } from './text-metrics.js';

export const evaluatePassAtKSchema = {
  type: 'object',
  properties: {
    k: {
      type: 'array',
      items: { type: 'integer', minimum: 1 },
      minItems: 1,
      uniqueItems: true,
      default: [1],
      description: 'Of how many samples one shall pass.',
    },
    by: {
      type: 'string',
      minLength: 1,
      default: 'prompt',
      description: 'Path of the field whose values tell which rows are samples of one problem.',
    },
    passed: {
      type: 'string',
      minLength: 1,
      default: 'passed',
      description: 'Path of the field that tells whether a sample passes: true or 1, false or 0.',
    },
    ...intervalProperties,
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluatePassAtKConfig = FromSchema<typeof evaluatePassAtKSchema>;
