import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { tokenizerTrainSchema } from '../../schemas/kinds/tokenizer.train.js';
import { chatTemplateSources, checkChatTemplate } from './chat-template-option.js';
import { listSpecialTokens, specialTokensOf } from './special-tokens.js';

export type TokenizerTrainConfig = FromSchema<typeof tokenizerTrainSchema>;

export const tokenizerTrain: Kind = defineKind<TokenizerTrainConfig>({
  name: 'tokenizer.train',
  version: 1,
  description: 'Learns a tokenizer from the texts of datasets: byte-level BPE, unigram or WordPiece.',
  runs: 'worker',
  schema: tokenizerTrainSchema,
  inputs: {
    dataset: {
      type: 'dataset',
      description: 'Texts to learn from. Every text field of a row is used.',
      rows: [
        'text',
        'prompt_completion',
        'messages',
        'prompt',
        'preference',
        'unpaired_preference',
        'ranking',
        'classification',
      ],
      many: true,
    },
  },
  outputs: {
    tokenizer: {
      type: 'tokenizer',
      description: '`tokenizer.json` and `tokenizer_config.json`, as Transformers loads them; the chat template.',
    },
  },
  sources: chatTemplateSources,
  check: (config) => [...checkVocabSize(config), ...findUnused(config), ...checkChatTemplate(config)],
  load: () => import('./train.js'),
});

/** How many characters a vocabulary of the data's characters has is known only once the data is read. */
function checkVocabSize(config: TokenizerTrainConfig) {
  const special = listSpecialTokens(specialTokensOf(config)).length;
  const bytes = config.model === 'bpe' || (config.model === 'unigram' && config.byte_fallback) ? 256 : 0;
  const least = bytes + special + (config.model === 'bpe' ? 0 : 1);
  const message = `must be at least ${least}: ${bytes} bytes and ${special} special tokens`;
  return config.vocab_size >= least ? [] : [{ pointer: '/vocab_size', message }];
}

/** Which model heeds an option, and the option's default. */
const optionsOf = {
  min_frequency: { models: ['bpe', 'wordpiece'], unset: 2 },
  limit_alphabet: { models: ['unigram', 'wordpiece'], unset: null },
  lowercase: { models: ['unigram', 'wordpiece'], unset: false },
  byte_fallback: { models: ['unigram'], unset: true },
  max_piece_length: { models: ['unigram'], unset: 16 },
  unk_token: { models: ['unigram', 'wordpiece'], unset: null },
} as const;

function findUnused(config: TokenizerTrainConfig) {
  const set = Object.entries(optionsOf).filter(([name, { unset }]) => config[name as keyof typeof optionsOf] !== unset);
  return set
    .filter(([, { models }]) => !(models as readonly string[]).includes(config.model))
    .map(([name]) => ({ pointer: `/${name}`, message: `has no effect with model: ${config.model}` }));
}
