import { defineKind, type Kind } from '../../engine/kind.js';
import { type EvaluateRewardConfig, evaluateRewardSchema } from '../../schemas/kinds/evaluate.reward.js';

export const evaluateReward: Kind = defineKind<EvaluateRewardConfig>({
  name: 'evaluate.reward',
  version: 3,
  description:
    'Scores responses with a reward model, and where it is known which are better, tells how often it agrees.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: evaluateRewardSchema,
  inputs: {
    model: { type: 'model', task: 'reward model', description: 'The reward model.' },
    dataset: {
      type: 'dataset',
      description:
        'Rows of `preference` or `ranking`; or of a `prompt` with a `response` or `completion`, or with several `responses`.',
    },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        'Of all scores `score_mean`, `score_std`, `score_min`, `score_max`, `n`. Of preferences and rankings `accuracy`, `margin`, `loss`, `accuracy_distance_1` and so on by ranks apart, `ece`, `prompts`, `comparisons`.',
    },
    scored: {
      type: 'dataset',
      description:
        'The rows, each with what was scored: `score`, or `scores` of its responses, or `chosen_score` and `rejected_score`.',
      rows: ({ rows }) => rows.dataset,
    },
  },
  load: () => import('./evaluate-reward.js'),
});
