import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { tokenizerTrainSchema } from '../../schemas/kinds/tokenizer.train.js';
import { chatTemplateSources, checkChatTemplate } from './chat-template-option.js';
import { listSpecialTokens, specialTokensOf } from './special-tokens.js';

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
      description: '`tokenizer.json` and `tokenizer_config.json`, as Transformers loads them; the chat template.',
    },
  },
  sources: chatTemplateSources,
  check: (config) => {
    const special = listSpecialTokens(specialTokensOf(config)).length;
    const least = 256 + special;
    const message = `must be at least ${least}: 256 bytes and ${special} special tokens`;
    return [...(config.vocab_size >= least ? [] : [{ pointer: '/vocab_size', message }]), ...checkChatTemplate(config)];
  },
  load: () => import('./train.js'),
});
