/** The config of `train.simpo`, in the names of the method's reference, with TRL's for γ. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { labelSmoothing, preferenceProperties } from './preference.js';

export const trainSimpoSchema = {
  type: 'object',
  properties: {
    ...preferenceProperties,
    beta: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 2,
      description: 'Scale of the reward, which is β times the mean log-probability of a token; 2 to 10.',
    },
    gamma_beta_ratio: {
      type: 'number',
      minimum: 0,
      default: 0.5,
      description: 'γ / β: by how many nats a token the chosen answer should be likelier.',
    },
    simpo_gamma: {
      type: ['number', 'null'],
      minimum: 0,
      default: null,
      description: 'γ itself, as TRL has it, in place of `gamma_beta_ratio`.',
    },
    loss_type: {
      enum: ['sigmoid', 'hinge'],
      default: 'sigmoid',
      description: '`sigmoid`: −log σ(βΔ − γ). `hinge`: max(0, 1 − (βΔ − γ)).',
    },
    label_smoothing: { ...labelSmoothing, description: `${labelSmoothing.description} For \`sigmoid\`.` },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainSimpoConfig = FromSchema<typeof trainSimpoSchema>;
