/** The config of `evaluate.kl`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { generationProperties } from './generation.js';
import { rewardProperties } from './sampling.js';
import { intervalProperties } from './text-metrics.js';

const { max_new_tokens, seed, batch_size } = generationProperties;

export const evaluateKlSchema = {
  type: 'object',
  properties: {
    num_return_sequences: {
      type: 'integer',
      minimum: 1,
      default: 1,
      description: 'Responses that the policy draws to each prompt.',
    },
    max_new_tokens: { ...max_new_tokens, description: 'Most tokens of a response; the divergence is up to there.' },
    seed,
    batch_size,
    ...rewardProperties,
    confidence_level: intervalProperties.confidence_level,
    bootstrap_resamples: { ...intervalProperties.bootstrap_resamples, minimum: 100, default: 2000 },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateKlConfig = FromSchema<typeof evaluateKlSchema>;
