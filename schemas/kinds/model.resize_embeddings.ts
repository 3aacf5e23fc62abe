/** The config of `model.resize_embeddings`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { chatTemplateProperties } from './chat-template.js';

const tokens = (what: string) =>
  ({
    type: 'array',
    items: { type: 'string', minLength: 1 },
    uniqueItems: true,
    default: [],
    description: what,
  }) as const;

const role = (what: string) =>
  ({
    type: ['string', 'null'],
    minLength: 1,
    default: null,
    description: `Token, old or added here, that ${what}; null leaves it as it is.`,
  }) as const;

export const modelResizeEmbeddingsSchema = {
  type: 'object',
  properties: {
    special_tokens: tokens(
      'Special tokens to add, such as the marks of a chat template: they stand for no text. Those that are known already stay what they are. `chat_template: chatml` adds its own.',
    ),
    tokens: tokens('Words to add as tokens of their own; where one stands in a text it is one token.'),
    eos_token: role('ends a text'),
    pad_token: role('fills a batch'),
    bos_token: role('begins a text'),
    ...chatTemplateProperties,
    mean_resizing: {
      type: 'boolean',
      default: true,
      description:
        'Whether new rows are drawn around the mean of the old ones, with 1e-9 of their covariance, so that the model gives the new tokens no odd probability; otherwise around 0 with the deviation of fresh weights.',
    },
    pad_to_multiple_of: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'The embedding gets further rows until their number is a multiple of this; null for none.',
    },
    seed: { type: 'integer', default: 0, description: 'Seed of the new rows.' },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type ModelResizeEmbeddingsConfig = FromSchema<typeof modelResizeEmbeddingsSchema>;
