/** The config of `evaluate.text`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { intervalProperties, textMetricsProperties } from './text-metrics.js';

export const textFieldProperties = {
  response: {
    type: 'string',
    minLength: 1,
    default: 'response',
    description: 'Path of the field that holds the text to score.',
  },
  reference: {
    type: 'string',
    minLength: 1,
    default: 'reference',
    description: 'Path of the field that holds what it should be: a text, or a list of which the best counts.',
  },
} as const satisfies Record<string, JSONSchema>;

export const evaluateTextSchema = {
  type: 'object',
  properties: { ...textFieldProperties, ...textMetricsProperties, ...intervalProperties },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateTextConfig = FromSchema<typeof evaluateTextSchema>;
