/** What the trainers of language models have in common beyond all trainers, in the names of `TrainingArguments`. */
import type { JSONSchema } from 'json-schema-to-ts';

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
} as const satisfies Record<string, JSONSchema>;
