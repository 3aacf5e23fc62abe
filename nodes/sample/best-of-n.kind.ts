import { defineKind, type Kind } from '../../engine/kind.js';
import { type SampleBestOfNConfig, sampleBestOfNSchema } from '../../schemas/kinds/sample.best_of_n.js';
import { checkRewardFunctions, rewardSources } from '../reward/check-functions.js';
import { rewardModelPort } from '../reward/ports.js';

export const sampleBestOfN: Kind = defineKind<SampleBestOfNConfig>({
  name: 'sample.best_of_n',
  version: 2,
  description: 'Draws n responses to each prompt and keeps the one that scores highest.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: sampleBestOfNSchema,
  inputs: {
    model: { type: 'model', task: 'language model', description: 'The model that answers.' },
    dataset: { type: 'dataset', rows: ['prompt', 'prompt_completion'], description: 'Prompts, one a row.' },
    reward_model: rewardModelPort,
  },
  outputs: {
    best: {
      type: 'dataset',
      rows: () => 'prompt_completion',
      description:
        'The best response to each prompt as `completion`, with its `score` and the other fields of the row, whose own completion is now `reference`.',
    },
    samples: {
      type: 'samples',
      description: 'All responses: JSONL rows of `prompt`, `response`, `sample`, counted from 0, `score`, `best`.',
    },
    metrics: {
      type: 'metrics',
      description:
        '`reward_mean` of all responses, `best_reward_mean`, `best_reward_gain`, `kl_bound`: log n − (n − 1)/n nats, `prompts`, `responses`; with `gold_reward_funcs` `best_gold_reward_mean` and its interval.',
    },
  },
  sources: ({ reward_funcs, gold_reward_funcs }) => [
    ...rewardSources(reward_funcs),
    ...rewardSources(gold_reward_funcs, '/gold_reward_funcs'),
  ],
  check: ({ reward_funcs, gold_reward_funcs }) => [
    ...checkRewardFunctions(reward_funcs),
    ...checkRewardFunctions(gold_reward_funcs, '/gold_reward_funcs'),
  ],
  load: () => import('./run-best-of-n.js'),
});
