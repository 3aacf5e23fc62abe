import { defineKind, type Kind } from '../../engine/kind.js';
import { type RewardFunctionKindConfig, rewardFunctionSchema } from '../../schemas/kinds/reward.function.js';
import { checkRewardFunctions, rewardSources } from './check-functions.js';

export const rewardFunction: Kind = defineKind<RewardFunctionKindConfig>({
  name: 'reward.function',
  version: 1,
  description: 'Scores responses by functions: exact match, a regular expression, length, a lexicon, a program.',
  runs: 'inline',
  schema: rewardFunctionSchema,
  inputs: {
    dataset: {
      type: 'any',
      description:
        'Rows of a `prompt` with a `response` or `completion`, or with several `responses`; or of `preference` or `ranking`. A dataset, or samples.',
    },
  },
  outputs: {
    scored: {
      type: 'dataset',
      description:
        'The rows, each with what was scored: `score`, or `scores` of its responses, or `chosen_score` and `rejected_score`.',
      rows: ({ rows }) => rows.dataset,
    },
    metrics: {
      type: 'metrics',
      description: '`score_mean`, `score_std`, `score_min`, `score_max`, `n`, and of several functions `<name>_mean`.',
    },
  },
  sources: ({ reward_funcs }) => rewardSources(reward_funcs),
  check: ({ reward_funcs }) => checkRewardFunctions(reward_funcs),
  load: () => import('./function.js'),
});
