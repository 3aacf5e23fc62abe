/** The config of `train.reinforce`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { reinforcementProperties } from './reinforcement.js';
import { normalizeAdvantages, rewardKlBeta } from './train.rloo.js';

export const trainReinforceSchema = {
  type: 'object',
  properties: {
    ...reinforcementProperties,
    beta: rewardKlBeta,
    baseline: {
      enum: ['moving_average', 'batch', 'none'],
      default: 'moving_average',
      description:
        'What is taken off the rewards: a running average over the rollouts so far, the mean of the rollout, or nothing.',
    },
    baseline_decay: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      description: 'What the running average keeps of itself at each rollout.',
    },
    normalize_advantages: normalizeAdvantages,
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainReinforceConfig = FromSchema<typeof trainReinforceSchema>;
