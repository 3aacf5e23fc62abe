/** The config of `evaluate.win_rate`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { generationProperties } from './generation.js';
import { judgeProperty } from './judge.js';
import { rewardProperties } from './sampling.js';
import { intervalProperties } from './text-metrics.js';

export const evaluateWinRateSchema = {
  type: 'object',
  properties: {
    judge: judgeProperty,
    ...rewardProperties,
    tie_margin: {
      type: 'number',
      minimum: 0,
      default: 0,
      description: 'Scores that are no further apart than this are a tie. For rewards.',
    },
    ...generationProperties,
    confidence_level: intervalProperties.confidence_level,
    bootstrap_resamples: { ...intervalProperties.bootstrap_resamples, minimum: 100, default: 2000 },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateWinRateConfig = FromSchema<typeof evaluateWinRateSchema>;
