/** The config of `sample.best_of_n`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { bestOfProperties, rewardProperties, samplingProperties } from './sampling.js';

export const sampleBestOfNSchema = {
  type: 'object',
  properties: {
    ...bestOfProperties,
    ...rewardProperties,
    gold_reward_funcs: {
      ...rewardProperties.reward_funcs,
      description:
        'Functions, as `reward_funcs`, that choose nothing: what the chosen responses are really worth, where the reward that chooses them is learned.',
    },
    ...samplingProperties,
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type SampleBestOfNConfig = FromSchema<typeof sampleBestOfNSchema>;
