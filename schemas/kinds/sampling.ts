/** How responses are drawn from a model's own distribution, under the names of `generate`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { generationProperties } from './generation.js';
import { rewardFunctionsProperty } from './reward-functions.js';

const { do_sample: _, num_beams: __, length_penalty: ___, early_stopping: ____, ...drawn } = generationProperties;

export const samplingProperties = {
  ...drawn,
  top_k: { ...drawn.top_k, default: 0 },
} as const satisfies Record<string, JSONSchema>;

export const bestOfProperties = {
  n: { type: 'integer', minimum: 1, default: 8, description: 'Responses that are drawn for each prompt.' },
} as const satisfies Record<string, JSONSchema>;

/** What responses are scored by. */
export const rewardProperties = {
  reward_funcs: rewardFunctionsProperty,
  reward_model_weight: {
    type: 'number',
    default: 1,
    description: 'What the score of the reward model, where one is wired, is multiplied by in the sum of rewards.',
  },
} as const satisfies Record<string, JSONSchema>;

const samplingSchema = { type: 'object', properties: samplingProperties, additionalProperties: false } as const;
export type SamplingConfig = FromSchema<typeof samplingSchema>;

const rewardSchema = { type: 'object', properties: rewardProperties, additionalProperties: false } as const;
export type RewardConfig = FromSchema<typeof rewardSchema>;
