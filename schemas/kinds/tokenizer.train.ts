/** The config of `tokenizer.train`. */
import { chatTemplateProperties } from './chat-template.js';

export const tokenizerTrainSchema = {
  type: 'object',
  properties: {
    vocab_size: {
      type: 'integer',
      minimum: 257,
      maximum: 1000000,
      description:
        'Size of the whole vocabulary: special tokens, the 256 bytes, and as many merges as fill it. Data that is too small for it gives a smaller one, with a warning.',
    },
    min_frequency: {
      type: 'integer',
      minimum: 1,
      default: 2,
      description: 'A pair must occur at least this often to be merged.',
    },
    eos_token: {
      type: 'string',
      minLength: 1,
      default: '<|endoftext|>',
      description: 'Special token that ends a text.',
    },
    pad_token: {
      type: 'string',
      minLength: 1,
      default: '<|pad|>',
      description: 'Special token that fills a batch; it may be the same as `eos_token`.',
    },
    bos_token: {
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      description: 'Special token that begins a text; null for none.',
    },
    special_tokens: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description:
        'Further special tokens, such as those of a chat template. Each is one token wherever it stands. `chat_template: chatml` adds its own.',
    },
    ...chatTemplateProperties,
  },
  required: ['vocab_size'],
  additionalProperties: false,
} as const;
