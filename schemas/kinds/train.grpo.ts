/** The config of `train.grpo`, in the names and with the defaults of TRL's `GRPOConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { entropyProperties, groupProperties, reinforcementProperties } from './reinforcement.js';

export const trainGrpoSchema = {
  type: 'object',
  properties: {
    ...reinforcementProperties,
    ...groupProperties,
    ...entropyProperties,
    num_generations: {
      type: 'integer',
      minimum: 2,
      default: 8,
      description: 'Responses to each prompt, which are compared with one another.',
    },
    beta: {
      type: 'number',
      minimum: 0,
      default: 0,
      description: 'Weight of the KL divergence from the reference in the loss. 0: there is no reference.',
    },
    use_bias_correction_kl: {
      type: 'boolean',
      default: true,
      description: 'Whether the KL term is multiplied by the ratio, which makes its gradient unbiased.',
    },
    scale_rewards: {
      enum: ['group', 'batch', 'none'],
      default: 'group',
      description:
        'Advantages are divided by the standard deviation of the rewards of the same prompt, of the whole rollout, or not at all (Dr. GRPO).',
    },
    loss_type: {
      enum: ['grpo', 'dr_grpo', 'dapo', 'bnpo'],
      default: 'dapo',
      description:
        'How the losses of tokens are averaged. `grpo`: a mean of the responses’ means. `dapo`: over all tokens of the update. `bnpo`: over those of each batch. `dr_grpo`: the sum ÷ (responses × `max_completion_length`).',
    },
    importance_sampling_level: {
      enum: ['token', 'sequence'],
      default: 'token',
      description: 'Whether each token has a ratio of its own, or a response one, the mean of its tokens’ logs (GSPO).',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainGrpoConfig = FromSchema<typeof trainGrpoSchema>;
