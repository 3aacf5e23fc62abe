/** How text is generated, under the names and with the meanings of Hugging Face's `GenerationConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const generationProperties = {
  max_new_tokens: { type: 'integer', minimum: 1, default: 64, description: 'Most tokens of a response.' },
  do_sample: {
    type: 'boolean',
    default: false,
    description: 'Whether tokens are drawn at random by their probability; otherwise the likeliest is taken.',
  },
  temperature: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 1,
    description: 'Logits are divided by it before sampling: below 1 sharper, above 1 flatter.',
  },
  top_k: {
    type: 'integer',
    minimum: 0,
    default: 50,
    description: 'Sampling is among the k likeliest tokens. 0: among all.',
  },
  top_p: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1,
    description: 'Sampling is among the fewest likeliest tokens whose probabilities reach this sum.',
  },
  min_p: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0,
    description: 'Sampling is among tokens that are at least this part as likely as the likeliest. 0: among all.',
  },
  typical_p: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1,
    description:
      'Locally typical sampling: among the tokens of the most expected surprise whose probabilities reach this sum.',
  },
  repetition_penalty: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 1,
    description: 'Logits of tokens of the prompt and the response are divided by it, negative ones multiplied. 1: off.',
  },
  presence_penalty: {
    type: 'number',
    default: 0,
    description: 'Taken off the logits of tokens that the response holds already.',
  },
  frequency_penalty: {
    type: 'number',
    default: 0,
    description: 'Taken off the logits of tokens, once for each time that the response holds them already.',
  },
  no_repeat_ngram_size: {
    type: 'integer',
    minimum: 0,
    default: 0,
    description: 'No sequence of so many tokens occurs twice in the prompt and the response. 0: off.',
  },
  min_new_tokens: {
    type: 'integer',
    minimum: 0,
    default: 0,
    description: 'No end token is taken before the response has so many tokens.',
  },
  num_beams: {
    type: 'integer',
    minimum: 1,
    default: 1,
    description: 'Beam search: how many hypotheses run side by side. 1: none, one token is taken after another.',
  },
  length_penalty: {
    type: 'number',
    default: 1,
    description:
      'Beam search: a score is a sum of log-probabilities / (length ^ this). Above 0 favours long responses.',
  },
  early_stopping: {
    enum: [false, true, 'never'],
    default: false,
    description:
      'Beam search: `true` stops when num_beams hypotheses have ended, `false` when the others do not seem better, `never` when they cannot be.',
  },
  stop_strings: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: [],
    description: 'A response ends before the first of these.',
  },
  batch_size: {
    type: 'integer',
    minimum: 1,
    default: 16,
    description: 'Responses, or beam searches, that run together.',
  },
  seed: { type: 'integer', default: 42, description: 'Seed of the sampling.' },
} as const satisfies Record<string, JSONSchema>;

const generationSchema = { type: 'object', properties: generationProperties, additionalProperties: false } as const;

export type GenerationConfig = FromSchema<typeof generationSchema>;
