/** The config of `report.frontier`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

const names = { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, uniqueItems: true } as const;

export const reportFrontierSchema = {
  type: 'object',
  properties: {
    labels: {
      type: 'array',
      items: { type: 'string', pattern: '^[^|\\s][^|\\r\\n]*$' },
      minItems: 1,
      uniqueItems: true,
      description:
        'Name of each point, one for each of the `metrics` inputs in their order. Points whose names begin alike, up to a space or a bracket, are joined to a line: `[dpo 0.1, dpo 0.5, ppo]`.',
    },
    x: {
      ...names,
      default: ['kl_k1', 'kl_bound'],
      description: 'The cost: the first of these metrics that a point has.',
    },
    y: {
      ...names,
      default: ['best_gold_reward_mean', 'best_reward_mean', 'reward_mean'],
      description: 'The gain: the first of these metrics that a point has.',
    },
    x_label: { type: 'string', default: 'KL from the reference (nats)', description: 'Title of the axis of the cost.' },
    y_label: { type: 'string', default: 'reward', description: 'Title of the axis of the gain.' },
  },
  required: ['labels'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type ReportFrontierConfig = FromSchema<typeof reportFrontierSchema>;
