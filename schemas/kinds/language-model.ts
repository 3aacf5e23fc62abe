/** What the trainers of language models have in common beyond all trainers, in the names of `TrainingArguments`. */
import type { JSONSchema } from 'json-schema-to-ts';
import { dropoutProperties } from './dropout.js';

export const languageModelProperties = {
  label_smoothing_factor: {
    type: 'number',
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0,
    description:
      'Part of the target that is spread evenly over the vocabulary. `eval_loss` stays the plain cross-entropy.',
  },
  neftune_noise_alpha: {
    type: ['number', 'null'],
    exclusiveMinimum: 0,
    default: null,
    description: 'NEFTune: noise of this size is added to the embeddings while training, often 5. Null: none.',
  },
  ...dropoutProperties,
  sample_prompts: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    uniqueItems: true,
    maxItems: 16,
    default: [],
    description: 'Beginnings of texts that the model goes on with while it learns, for you to look at.',
  },
  sample_steps: {
    type: ['integer', 'null'],
    minimum: 1,
    default: null,
    description:
      'Updates between two samples of each of `sample_prompts`, besides those before the first and after the last.',
  },
  sample_max_new_tokens: { type: 'integer', minimum: 1, default: 32, description: 'Most tokens of a sample.' },
} as const satisfies Record<string, JSONSchema>;
