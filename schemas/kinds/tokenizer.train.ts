/** The config of `tokenizer.train`. */
import { chatTemplateProperties } from './chat-template.js';

export const tokenizerTrainSchema = {
  type: 'object',
  properties: {
    model: {
      enum: ['bpe', 'unigram', 'wordpiece'],
      default: 'bpe',
      description:
        'What is learned. `bpe`: merges of bytes, as in GPT-2; any text decodes to itself. `unigram`: pieces of words by their probability, as in SentencePiece. `wordpiece`: as in BERT; white space is lost.',
    },
    vocab_size: {
      type: 'integer',
      minimum: 2,
      maximum: 1000000,
      description:
        'Size of the whole vocabulary: special tokens, bytes or characters, and as many merges or pieces as fill it. Data that is too small for it gives a smaller one, with a warning.',
    },
    min_frequency: {
      type: 'integer',
      minimum: 1,
      default: 2,
      description: 'For bpe and wordpiece: a pair must occur at least this often to be merged.',
    },
    limit_alphabet: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'For unigram and wordpiece: most characters to know, the most frequent ones; null for all.',
    },
    lowercase: {
      type: 'boolean',
      default: false,
      description: 'For unigram and wordpiece: whether texts are put in lower case; wordpiece then drops accents too.',
    },
    byte_fallback: {
      type: 'boolean',
      default: true,
      description: 'For unigram: whether a character that is not known is spelt in bytes, which takes 256 tokens.',
    },
    max_piece_length: {
      type: 'integer',
      minimum: 2,
      maximum: 64,
      default: 16,
      description: 'For unigram: most characters of a piece.',
    },
    unk_token: {
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      description:
        'For unigram and wordpiece: special token for what is not known. Null: `<unk>` for unigram, `[UNK]` for wordpiece.',
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
