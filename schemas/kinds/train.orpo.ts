/** The config of `train.orpo`, in the names of TRL's `ORPOConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { preferenceProperties } from './preference.js';

export const trainOrpoSchema = {
  type: 'object',
  properties: {
    ...preferenceProperties,
    beta: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'Weight of the odds ratio beside the likelihood of the chosen answers: λ of the paper.',
    },
    nll_type: {
      enum: ['trl', 'paper'],
      default: 'trl',
      description:
        'What the negative log-likelihood, a mean over tokens, is taken of. `trl`: the prompt and the chosen answer, as TRL has it. `paper`: the chosen answer.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainOrpoConfig = FromSchema<typeof trainOrpoSchema>;
