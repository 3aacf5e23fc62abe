/** The config of `train.ppo`, in the names and with the defaults of TRL's `PPOConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { entropyProperties, reinforcementProperties } from './reinforcement.js';

export const trainPpoSchema = {
  type: 'object',
  properties: {
    ...reinforcementProperties,
    ...entropyProperties,
    learning_rate: { ...reinforcementProperties.learning_rate, default: 3e-6 },
    temperature: { ...reinforcementProperties.temperature, default: 0.7 },
    num_mini_batches: {
      type: 'integer',
      minimum: 1,
      default: 1,
      description:
        'Updates of one pass over a rollout. It has `per_device_train_batch_size` × `gradient_accumulation_steps` × this many responses.',
    },
    num_ppo_epochs: { type: 'integer', minimum: 1, default: 4, description: 'Passes over each rollout.' },
    kl_coef: {
      type: 'number',
      minimum: 0,
      default: 0.05,
      description: 'β: each token is rewarded with −β (log π − log π_ref).',
    },
    kl_estimator: {
      enum: ['k1', 'k3'],
      default: 'k1',
      description: 'What of a token is penalised: `k1`, log π − log π_ref, or `k3`, which is never negative.',
    },
    adaptive_kl: {
      type: ['object', 'null'],
      default: null,
      description: 'Moves β so that the KL divergence comes to a target (lm-human-preferences). Null: it is fixed.',
      properties: {
        target: { type: 'number', exclusiveMinimum: 0, default: 6, description: 'In nats a response.' },
        horizon: {
          type: 'number',
          exclusiveMinimum: 0,
          default: 10000,
          description: 'Responses over which a deviation is made good.',
        },
      },
      additionalProperties: false,
    },
    cliprange: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.2,
      description: 'The ratio of new to old probability counts within 1 ± this.',
    },
    vf_coef: { type: 'number', minimum: 0, default: 0.1, description: 'Weight of the value loss.' },
    cliprange_value: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.2,
      description: 'A value counts within this much of what it was at the rollout.',
    },
    gamma: { type: 'number', minimum: 0, maximum: 1, default: 1, description: 'Discount of later rewards.' },
    lam: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.95,
      description: 'λ of generalised advantage estimation: 0 trusts the values, 1 the rewards.',
    },
    whiten_rewards: {
      type: 'boolean',
      default: false,
      description: 'Whether the rewards of all tokens are brought to standard deviation 1; their mean stays.',
    },
    value_function: {
      enum: ['head', 'model'],
      default: 'head',
      description:
        '`head`: a linear head on the policy, which begins at 0. `model`: a decoder of its own, from the input `value_model` or else a copy of the policy.',
    },
    ptx_coef: {
      type: 'number',
      minimum: 0,
      default: 0,
      description:
        'γ of PPO-ptx: weight of the cross-entropy on the texts of the input `pretraining` (InstructGPT has 27.8).',
    },
    ptx_batch_size: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Rows of packed texts beside each batch. Null: `per_device_train_batch_size`.',
    },
    ptx_max_length: {
      type: ['integer', 'null'],
      minimum: 2,
      default: null,
      description: 'Tokens of such a row. Null: as many as the model has positions.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainPpoConfig = FromSchema<typeof trainPpoSchema>;
