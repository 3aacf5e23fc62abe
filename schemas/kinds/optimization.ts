/** How the trainers move the weights: optimiser and learning rate, in the names of Hugging Face's `TrainingArguments`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const optimizationProperties = {
  optim: {
    enum: ['adamw_torch', 'adafactor', 'lion', 'sgd', 'muon'],
    default: 'adamw_torch',
    description:
      "The optimiser. `adafactor` keeps next to no state and `lion` half of AdamW's; `muon` moves the matrices inside the network, and AdamW the rest.",
  },
  optim_args: {
    type: 'object',
    default: {},
    description: 'What the optimiser can be told besides.',
    properties: {
      momentum: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        description: 'Of `sgd`, by default 0, and of `muon`, by default 0.95.',
      },
      nesterov: {
        type: 'boolean',
        description: "Nesterov's momentum: of `sgd`, by default false, and of `muon`, by default true.",
      },
    },
    additionalProperties: false,
  },
  lr_scheduler_type: {
    enum: [
      'constant',
      'constant_with_warmup',
      'linear',
      'cosine',
      'cosine_with_restarts',
      'cosine_with_min_lr',
      'polynomial',
      'inverse_sqrt',
      'warmup_stable_decay',
    ],
    default: 'linear',
    description: 'How the learning rate moves. `linear` and `cosine` warm up and then fall to 0.',
  },
  lr_scheduler_kwargs: {
    type: 'object',
    default: {},
    description: 'What the schedule can be told besides, as in Transformers.',
    properties: {
      num_cycles: {
        type: 'number',
        exclusiveMinimum: 0,
        description:
          'Waves of the cosine: 1 for `cosine_with_restarts`, 0.5 for `cosine_with_min_lr` and `warmup_stable_decay`.',
      },
      min_lr: { type: 'number', minimum: 0, description: '`cosine_with_min_lr`: the lowest rate.' },
      min_lr_rate: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        description: '`cosine_with_min_lr`: the lowest rate, as a part of the highest.',
      },
      lr_end: { type: 'number', minimum: 0, description: '`polynomial`: the rate at the end, by default 1e-7.' },
      power: { type: 'number', exclusiveMinimum: 0, description: '`polynomial`: by default 1, a straight line.' },
      timescale: {
        type: 'integer',
        minimum: 1,
        description: '`inverse_sqrt`: by default the steps of warm-up, or 10000 without any.',
      },
      num_decay_steps: {
        type: 'integer',
        minimum: 1,
        description: '`warmup_stable_decay`: steps in which the rate falls. It must be given.',
      },
      num_stable_steps: {
        type: 'integer',
        minimum: 0,
        description: '`warmup_stable_decay`: steps at the highest rate, by default all but warm-up and decay.',
      },
      warmup_type: { enum: ['linear', 'cosine', '1-sqrt'], description: '`warmup_stable_decay`: by default `linear`.' },
      decay_type: { enum: ['linear', 'cosine', '1-sqrt'], description: '`warmup_stable_decay`: by default `cosine`.' },
      min_lr_ratio: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        description: '`warmup_stable_decay`: the rate at both ends, as a part of the highest, by default 0.',
      },
    },
    additionalProperties: false,
  },
  warmup_ratio: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0,
    description: 'Part of all steps in which the learning rate rises from 0, where `warmup_steps` is 0.',
  },
  warmup_steps: {
    type: 'integer',
    minimum: 0,
    default: 0,
    description: 'Steps in which the learning rate rises from 0. Takes precedence over `warmup_ratio`.',
  },
  weight_decay: {
    type: 'number',
    minimum: 0,
    default: 0,
    description:
      'Part that the weights lose at each update, times the learning rate, in tensors of rank 2 and more. With `optim: sgd` it is added to the gradient.',
  },
  adam_beta1: {
    type: 'number',
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0.9,
    description: 'Decay of the running mean of the gradients, of AdamW and Lion.',
  },
  adam_beta2: {
    type: 'number',
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0.999,
    description:
      'Decay of the running mean of the squared gradients of AdamW, and of the momentum of Lion, whose paper has 0.99.',
  },
  adam_epsilon: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 1e-8,
    description: 'Added to the root of the mean square, against division by 0.',
  },
  max_grad_norm: {
    type: 'number',
    minimum: 0,
    default: 1,
    description: 'Gradients are scaled so that their norm, over all weights together, is at most this. 0: never.',
  },
  gradient_checkpointing: {
    type: 'boolean',
    default: false,
    description:
      'Layers keep their input alone and compute the rest again for the gradient: less memory, a third more time, and the same bytes.',
  },
} as const satisfies Record<string, JSONSchema>;

const optimizationSchema = {
  type: 'object',
  properties: { ...optimizationProperties, learning_rate: { type: 'number', default: 0 } },
  additionalProperties: false,
} as const satisfies JSONSchema;

/** Each trainer has a learning rate, with a default of its own. */
export type OptimizationConfig = FromSchema<typeof optimizationSchema>;
