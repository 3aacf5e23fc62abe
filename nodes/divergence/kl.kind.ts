import { defineKind, type Kind } from '../../engine/kind.js';
import { type EvaluateKlConfig, evaluateKlSchema } from '../../schemas/kinds/evaluate.kl.js';
import { checkRewardFunctions, rewardSources } from '../reward/check-functions.js';
import { rewardModelPort } from '../reward/ports.js';

export const evaluateKl: Kind = defineKind<EvaluateKlConfig>({
  name: 'evaluate.kl',
  version: 2,
  description: 'How far a policy has moved from its reference, and what its responses earn: a point of a frontier.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: evaluateKlSchema,
  inputs: {
    model: {
      type: 'model',
      task: 'language model',
      description: 'The policy. Responses are drawn from its own distribution.',
    },
    reference: {
      type: 'model',
      task: 'language model',
      description: 'The model that it is compared with; it needs the same tokenizer.',
    },
    dataset: { type: 'dataset', rows: ['prompt', 'prompt_completion'], description: 'Prompts, one a row.' },
    reward_model: rewardModelPort,
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        '`kl_k1` and `kl_k3`, estimates of the KL divergence in nats a response, each with `…_low` and `…_high`; `kl_per_token`, `response_tokens`, `n`. With rewards also `reward_mean` with its interval.',
    },
    samples: {
      type: 'samples',
      description: 'JSONL rows of `prompt`, `response`, `kl_k1`, `kl_k3` and, with rewards, `score`.',
    },
  },
  sources: ({ reward_funcs }) => rewardSources(reward_funcs),
  check: ({ reward_funcs }) => checkRewardFunctions(reward_funcs),
  load: () => import('./run-kl.js'),
});
