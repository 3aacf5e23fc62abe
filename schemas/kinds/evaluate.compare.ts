/** The config of `evaluate.compare`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { textFieldProperties } from './evaluate.text.js';
import { intervalProperties, textMetricsProperties } from './text-metrics.js';

export const evaluateCompareSchema = {
  type: 'object',
  properties: {
    labels: {
      type: 'array',
      items: { type: 'string', pattern: '^[^.|\\s][^.|\\r\\n]*$' },
      minItems: 2,
      uniqueItems: true,
      description: 'Name of each of the `samples` inputs, in their order; the others are compared with the first.',
    },
    ...textFieldProperties,
    ...textMetricsProperties,
    confidence_level: intervalProperties.confidence_level,
    bootstrap_resamples: { ...intervalProperties.bootstrap_resamples, minimum: 100, default: 5000 },
    permutations: {
      type: 'integer',
      minimum: 100,
      maximum: 1_000_000,
      default: 5000,
      description: 'Permutations of the paired test that gives the p-value.',
    },
    power: {
      type: 'number',
      exclusiveMinimum: 0.5,
      exclusiveMaximum: 1,
      default: 0.8,
      description: 'How often a true difference of the minimum detectable size would be found.',
    },
  },
  required: ['labels'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateCompareConfig = FromSchema<typeof evaluateCompareSchema>;
