/** The config of `report.verdict`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { intervalProperties } from './text-metrics.js';

export const reportVerdictSchema = {
  type: 'object',
  properties: {
    claim: { type: 'string', pattern: '\\S', description: 'What is claimed, as a sentence for people.' },
    metric: { type: 'string', minLength: 1, description: 'The metric that every input is asked for.' },
    above: {
      type: ['number', 'null'],
      default: null,
      description: 'The claim holds where the difference, or without a baseline the metric, is above this.',
    },
    below: {
      type: ['number', 'null'],
      default: null,
      description: 'The claim holds where it is below this. Either this or `above`.',
    },
    relative: {
      type: 'boolean',
      default: false,
      description: 'Whether differences are parts of the baseline: 0.02 is two per cent more.',
    },
    conditions: {
      type: 'array',
      items: { type: 'string', pattern: '^[^.|\\s][^.|\\r\\n]*$' },
      uniqueItems: true,
      default: [],
      description:
        'Names of conditions that must all hold, such as sizes. The inputs are shared out among them in their order, as many to each. Empty: all inputs are runs of one condition.',
    },
    confidence_level: intervalProperties.confidence_level,
  },
  required: ['claim', 'metric'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type ReportVerdictConfig = FromSchema<typeof reportVerdictSchema>;
