/** What the trainers have in common, under the names and with the meanings of Hugging Face's `TrainingArguments`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { adapterSchema } from './adapter.js';
import { optimizationProperties } from './optimization.js';

export const trainingProperties = {
  adapter: adapterSchema,
  num_train_epochs: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 3,
    description: 'How often the dataset is gone through; may be a fraction.',
  },
  max_steps: {
    type: 'integer',
    minimum: -1,
    default: -1,
    description: 'Number of updates; where it is above 0 it takes the place of `num_train_epochs`.',
  },
  per_device_train_batch_size: {
    type: 'integer',
    minimum: 1,
    default: 8,
    description: 'Rows that are computed together; those of one update where gradients are not accumulated.',
  },
  gradient_accumulation_steps: {
    type: 'integer',
    minimum: 1,
    default: 1,
    description:
      'Batches of one update. Their losses are summed and divided once, so the update is that of one large batch.',
  },
  ...optimizationProperties,
  max_length: {
    type: ['integer', 'null'],
    minimum: 2,
    default: null,
    description: 'Most tokens of a row. Null: as many as the model has positions.',
  },
  seed: { type: 'integer', default: 42, description: 'Seed of the order of the rows.' },
  save_steps: {
    type: 'integer',
    minimum: 1,
    default: 500,
    description: 'A checkpoint is kept every so many updates, from which a killed run goes on.',
  },
  per_device_eval_batch_size: {
    type: ['integer', 'null'],
    minimum: 1,
    default: null,
    description: 'Rows that are evaluated together. Null: as many as in training.',
  },
  eval_strategy: {
    enum: ['no', 'steps', 'epoch'],
    default: 'no',
    description:
      'When the validation set is evaluated besides after the last update: every `eval_steps`, or after each epoch.',
  },
  eval_steps: {
    type: ['integer', 'null'],
    minimum: 1,
    default: null,
    description: 'Updates between two evaluations, with `eval_strategy: steps`.',
  },
  metric_for_best_model: {
    type: 'string',
    pattern: '^[a-z][a-z0-9_]*$',
    default: 'eval_loss',
    description: 'What evaluations are compared by: `eval_loss` or another of their readings; `eval_` may be left out.',
  },
  greater_is_better: {
    type: ['boolean', 'null'],
    default: null,
    description: 'Whether the best is the greatest. Null: unless the metric is a loss.',
  },
  load_best_model_at_end: {
    type: 'boolean',
    default: false,
    description: 'Whether the result is the weights of the best evaluation instead of the last.',
  },
  early_stopping_patience: {
    type: ['integer', 'null'],
    minimum: 1,
    default: null,
    description: 'Training ends after so many evaluations in a row that bring no improvement. Null: never.',
  },
  early_stopping_threshold: {
    type: 'number',
    minimum: 0,
    default: 0,
    description: 'What an improvement must exceed for `early_stopping_patience` to begin anew.',
  },
  ema_decay: {
    type: ['number', 'null'],
    exclusiveMinimum: 0,
    exclusiveMaximum: 1,
    default: null,
    description:
      'The result is a running average of the weights, which keeps this part of itself at each update, such as 0.999. Null: the weights themselves.',
  },
  freeze: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    uniqueItems: true,
    default: [],
    description:
      'Weights that stay as they are, by consecutive parts of their names, such as `embed_tokens`, `layers.0`, `layers.*.mlp`.',
  },
} as const satisfies Record<string, JSONSchema>;

const trainingSchema = {
  type: 'object',
  properties: { ...trainingProperties, learning_rate: { type: 'number', default: 0 } },
  additionalProperties: false,
} as const satisfies JSONSchema;

/** What the trainers' configs have in common; each has a learning rate, with a default of its own. */
export type TrainingConfig = FromSchema<typeof trainingSchema>;
