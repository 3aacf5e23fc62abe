import { defineKind, type Kind } from '../../engine/kind.js';
import { type TokenizerStatsConfig, tokenizerStatsSchema } from '../../schemas/kinds/tokenizer.stats.js';

export const tokenizerStats: Kind = defineKind<TokenizerStatsConfig>({
  name: 'tokenizer.stats',
  version: 1,
  description: 'Measures how many tokens the rows of a dataset have, and how well a tokenizer fits them.',
  runs: 'worker',
  schema: tokenizerStatsSchema,
  inputs: {
    tokenizer: { type: 'any', description: 'A tokenizer, or a model that has one.' },
    dataset: {
      type: 'dataset',
      description: 'Rows to measure: all their texts together; a conversation as the chat template writes it.',
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
    },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        '`rows`, `tokens`, `tokens_mean`, `tokens_p50`, `tokens_p90`, `tokens_p99` and `tokens_max` of a row, `characters_per_token`, `bytes_per_token`; `unknown_tokens` where the tokenizer names an unk_token, `rows_over_max_length` with `max_length`.',
    },
  },
  load: () => import('./stats.js'),
});
