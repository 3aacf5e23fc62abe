/** The config of `train.dpo`, in the names of TRL's `DPOConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { labelSmoothing, preferenceProperties } from './preference.js';

export const trainDpoSchema = {
  type: 'object',
  properties: {
    ...preferenceProperties,
    beta: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'How dear it is to move away from the reference: the larger, the nearer the policy stays.',
    },
    loss_type: {
      enum: ['sigmoid', 'hinge', 'ipo', 'ipo_trl', 'robust'],
      default: 'sigmoid',
      description:
        '`sigmoid`: DPO. `hinge`: SLiC. `ipo`: IPO as in the paper, over the log-probabilities of whole answers. `ipo_trl`: over their means a token, which is what TRL calls `ipo`. `robust`: DPO for a known share of wrong labels.',
    },
    label_smoothing: {
      ...labelSmoothing,
      description: `${labelSmoothing.description} For \`sigmoid\` (conservative DPO) and \`robust\`, where it is below 0.5.`,
    },
    reference_free: {
      type: 'boolean',
      default: false,
      description: 'Whether the reference is taken to find all answers equally likely, so that none is computed.',
    },
    rpo_alpha: {
      type: ['number', 'null'],
      minimum: 0,
      default: null,
      description:
        'Weight of the chosen answers’ negative log-likelihood, a mean over the tokens of each, which is added to the loss (RPO). Null: none.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainDpoConfig = FromSchema<typeof trainDpoSchema>;
