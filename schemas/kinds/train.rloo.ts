/** The config of `train.rloo`, in the names and with the defaults of TRL's `RLOOConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { groupProperties, reinforcementProperties } from './reinforcement.js';

export const normalizeAdvantages = {
  type: 'boolean',
  default: false,
  description: 'Whether the advantages of a rollout are brought to mean 0 and standard deviation 1.',
} as const satisfies JSONSchema;

export const rewardKlBeta = {
  type: 'number',
  minimum: 0,
  default: 0.05,
  description:
    'The KL divergence of a response from the reference, the sum of its tokens’ log-ratios, is taken off its reward times this. 0: there is no reference.',
} as const satisfies JSONSchema;

export const trainRlooSchema = {
  type: 'object',
  properties: {
    ...reinforcementProperties,
    ...groupProperties,
    num_generations: {
      type: 'integer',
      minimum: 2,
      default: 2,
      description: 'Responses to each prompt; the baseline of one is the mean reward of the others.',
    },
    beta: rewardKlBeta,
    normalize_advantages: normalizeAdvantages,
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainRlooConfig = FromSchema<typeof trainRlooSchema>;
