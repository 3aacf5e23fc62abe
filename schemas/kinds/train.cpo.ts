/** The config of `train.cpo`, in the names of TRL's `CPOConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { labelSmoothing, preferenceProperties } from './preference.js';

export const trainCpoSchema = {
  type: 'object',
  properties: {
    ...preferenceProperties,
    beta: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'Scale of the reward, which is β times the log-probability of an answer.',
    },
    loss_type: {
      enum: ['sigmoid', 'hinge', 'ipo', 'ipo_trl', 'simpo'],
      default: 'sigmoid',
      description:
        '`sigmoid`: CPO. `hinge`, `ipo`: those of `train.dpo` without a reference. `ipo_trl`: over means a token, which is what TRL calls `ipo`. `simpo`: −log σ(βΔ − γ) over means a token; with `cpo_alpha` above 0, CPO-SimPO.',
    },
    cpo_alpha: {
      type: 'number',
      minimum: 0,
      default: 1,
      description:
        'Weight of the chosen answers’ negative log-likelihood, a mean over the tokens of each, which is added to the loss.',
    },
    simpo_gamma: {
      type: ['number', 'null'],
      minimum: 0,
      default: null,
      description: 'γ of `simpo`. Null: 0.5.',
    },
    label_smoothing: { ...labelSmoothing, description: `${labelSmoothing.description} For \`sigmoid\` and \`simpo\`.` },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainCpoConfig = FromSchema<typeof trainCpoSchema>;
