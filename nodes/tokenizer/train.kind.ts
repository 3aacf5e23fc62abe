import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { tokenizerTrainSchema } from '../../schemas/kinds/tokenizer.train.js';

export type TokenizerTrainConfig = FromSchema<typeof tokenizerTrainSchema>;

export const tokenizerTrain: Kind = defineKind<TokenizerTrainConfig>({
  name: 'tokenizer.train',
  version: 1,
  description: 'Learns a byte-level BPE tokenizer from the texts of datasets.',
  runs: 'worker',
  schema: tokenizerTrainSchema,
  inputs: {
    dataset: {
      type: 'dataset',
      description: 'Texts to learn from. Every text field of a row is used.',
      rows: ['text', 'prompt_completion', 'messages', 'prompt', 'preference', 'ranking', 'classification'],
      many: true,
    },
  },
  outputs: {
    tokenizer: {
      type: 'tokenizer',
      description: '`tokenizer.json` and `tokenizer_config.json`, as Transformers loads them.',
    },
  },
  check: ({ vocab_size, eos_token, pad_token, bos_token, special_tokens }) => {
    const special = new Set([eos_token, pad_token, ...(bos_token === null ? [] : [bos_token]), ...special_tokens]);
    const least = 256 + special.size;
    return vocab_size >= least
      ? []
      : [
          {
            pointer: '/vocab_size',
            message: `must be at least ${least}: 256 bytes and ${special.size} special tokens`,
          },
        ];
  },
  load: () => import('./train.js'),
});
