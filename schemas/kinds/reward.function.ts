/** The config of `reward.function`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { rewardFunctionsProperty } from './reward-functions.js';

export const rewardFunctionSchema = {
  type: 'object',
  properties: { reward_funcs: { ...rewardFunctionsProperty, minItems: 1 } },
  required: ['reward_funcs'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type RewardFunctionKindConfig = FromSchema<typeof rewardFunctionSchema>;
