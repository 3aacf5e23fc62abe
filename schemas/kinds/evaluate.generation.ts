/** The config of `evaluate.generation`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { generationProperties } from './generation.js';
import { intervalProperties, textMetricsProperties } from './text-metrics.js';

export const evaluateGenerationSchema = {
  type: 'object',
  properties: { ...textMetricsProperties, ...intervalProperties, ...generationProperties },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateGenerationConfig = FromSchema<typeof evaluateGenerationSchema>;
