/** The config of `sample.best_of_n`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { bestOfProperties, rewardProperties, samplingProperties } from './sampling.js';

export const sampleBestOfNSchema = {
  type: 'object',
  properties: { ...bestOfProperties, ...rewardProperties, ...samplingProperties },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type SampleBestOfNConfig = FromSchema<typeof sampleBestOfNSchema>;
