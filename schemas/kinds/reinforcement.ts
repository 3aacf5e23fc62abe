/** What the trainers that learn from a reward have in common, in the names of TRL. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { optimizationProperties } from './optimization.js';
import { rewardFunctionsProperty } from './reward-functions.js';
import { trainingProperties } from './training.js';

const { adapter, max_steps, gradient_accumulation_steps, save_steps, freeze } = trainingProperties;

export const reinforcementProperties = {
  adapter,
  num_train_epochs: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 1,
    description: 'How often the prompts are gone through; may be a fraction.',
  },
  max_steps,
  per_device_train_batch_size: {
    type: 'integer',
    minimum: 1,
    default: 8,
    description: 'Responses that are computed together when learning.',
  },
  gradient_accumulation_steps,
  ...optimizationProperties,
  learning_rate: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 1e-6,
    description: 'Highest learning rate.',
  },
  seed: { type: 'integer', default: 42, description: 'Seed of the order of the prompts and of every draw.' },
  save_steps,
  freeze,
  max_completion_length: {
    type: 'integer',
    minimum: 1,
    default: 512,
    description: 'Most tokens of a response, with the one that ends it.',
  },
  temperature: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 1,
    description: 'Logits are divided by it, when drawing and when learning, of policy and reference alike.',
  },
  top_k: { type: 'integer', minimum: 0, default: 0, description: 'Drawn among the k likeliest tokens. 0: among all.' },
  top_p: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1,
    description: 'Drawn among the fewest likeliest tokens whose probabilities reach this sum.',
  },
  min_p: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0,
    description: 'Drawn among tokens that are at least this part as likely as the likeliest.',
  },
  rollout_batch_size: {
    type: 'integer',
    minimum: 1,
    default: 64,
    description: 'Responses that are drawn together. It bounds memory, and changes nothing else.',
  },
  overlong: {
    enum: ['error', 'truncate', 'drop'],
    default: 'error',
    description:
      'What to do with a prompt that leaves no room for a response: fail, keep its end, or leave it out. Each is counted.',
  },
  reward_funcs: rewardFunctionsProperty,
  reward_model_weight: {
    type: 'number',
    default: 1,
    description: 'What the score of the reward model, where one is wired, is multiplied by in the sum of rewards.',
  },
  reward_clip_range: {
    type: ['array', 'null'],
    items: { type: 'number' },
    minItems: 2,
    maxItems: 2,
    default: null,
    description: 'Rewards are clipped to this range: `[-5, 5]`. Null: never.',
  },
  missing_eos_penalty: {
    type: ['number', 'null'],
    minimum: 0,
    default: null,
    description: 'Taken off the reward of a response without an end token.',
  },
  missing_eos_reward: {
    type: ['number', 'null'],
    default: null,
    description: 'The reward of a response without an end token, in place of its own.',
  },
  max_kl: {
    type: ['number', 'null'],
    exclusiveMinimum: 0,
    default: null,
    description:
      'Training ends where the KL divergence from the reference, in nats a response, is above it; the result is the weights of the last rollout below. Null: never.',
  },
  eval_steps: {
    type: ['integer', 'null'],
    minimum: 1,
    default: null,
    description:
      'Updates between two evaluations on the prompts of the input `validation`. Null: only after the last update.',
  },
  load_best_model_at_end: {
    type: 'boolean',
    default: false,
    description: 'Whether the result is the weights with the highest `eval_reward` instead of the last.',
  },
  num_completions_to_print: {
    type: 'integer',
    minimum: 0,
    default: 2,
    description: 'Responses of a rollout that are shown in the end, of up to 8 rollouts over the run.',
  },
} as const satisfies Record<string, JSONSchema>;

const reinforcementSchema = {
  type: 'object',
  properties: reinforcementProperties,
  additionalProperties: false,
} as const satisfies JSONSchema;

/** What these trainers' configs have in common. */
export type ReinforcementConfig = FromSchema<typeof reinforcementSchema>;

/** Of the methods that learn from a rollout more than once. */
export const entropyProperties = {
  entropy_coef: {
    type: 'number',
    minimum: 0,
    default: 0,
    description:
      'Weight of the entropy of each token, in nats, which is taken off the loss, so that the policy goes on exploring.',
  },
} as const satisfies Record<string, JSONSchema>;

/** Of the methods that compare several responses to a prompt. */
export const groupProperties = {
  steps_per_generation: {
    type: ['integer', 'null'],
    minimum: 1,
    default: null,
    description:
      'Batches of `per_device_train_batch_size` responses that a rollout has. Null: `gradient_accumulation_steps`, so that a rollout is one update.',
  },
  num_iterations: {
    type: 'integer',
    minimum: 1,
    default: 1,
    description: 'How often each rollout is learned from.',
  },
  epsilon: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 0.2,
    description: 'The ratio of new to old probability counts down to 1 − this.',
  },
  epsilon_high: {
    type: ['number', 'null'],
    exclusiveMinimum: 0,
    default: null,
    description: 'The ratio counts up to 1 + this. Null: `epsilon`. DAPO has 0.28.',
  },
  mask_truncated_completions: {
    type: 'boolean',
    default: false,
    description: 'Whether responses that were cut off at `max_completion_length` are left out of the loss.',
  },
} as const satisfies Record<string, JSONSchema>;
