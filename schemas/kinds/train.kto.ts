/** The config of `train.kto`, in the names of TRL's `KTOConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { preferenceProperties } from './preference.js';

export const trainKtoSchema = {
  type: 'object',
  properties: {
    ...preferenceProperties,
    beta: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'How dear it is to move away from the reference: the larger, the nearer the policy stays.',
    },
    desirable_weight: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 1,
      description: 'Weight of good answers. The paper wants weight × number of the good within 1 to 4/3 of the bad.',
    },
    undesirable_weight: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 1,
      description: 'Weight of bad answers.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainKtoConfig = FromSchema<typeof trainKtoSchema>;
