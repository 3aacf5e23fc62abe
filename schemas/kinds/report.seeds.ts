/** The config of `report.seeds`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { intervalProperties } from './text-metrics.js';

export const reportSeedsSchema = {
  type: 'object',
  properties: {
    metrics: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description: 'Names of the metrics; empty takes all that every run has.',
    },
    confidence_level: intervalProperties.confidence_level,
    bootstrap_resamples: { ...intervalProperties.bootstrap_resamples, default: 2000 },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type ReportSeedsConfig = FromSchema<typeof reportSeedsSchema>;
