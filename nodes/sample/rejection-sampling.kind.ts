import { defineKind, type Kind } from '../../engine/kind.js';
import {
  type TrainRejectionSamplingConfig,
  trainRejectionSamplingSchema,
} from '../../schemas/kinds/train.rejection_sampling.js';
import { checkRewardFunctions, rewardSources } from '../reward/check-functions.js';
import { rewardModelPort } from '../reward/ports.js';
import { checkLanguageModelArguments } from '../train/check-arguments.js';
import { adapterOutput, trainerPorts } from '../train/ports.js';

export const trainRejectionSampling: Kind = defineKind<TrainRejectionSamplingConfig>({
  name: 'train.rejection_sampling',
  version: 2,
  description:
    'Fine-tunes a model on the best of its own responses: `sample.best_of_n`, then `train.supervised`, in one node.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainRejectionSamplingSchema,
  ...trainerPorts({
    inputs: {
      model: {
        type: 'model',
        task: 'language model',
        description: 'The model that answers, and that learns from its best answers.',
      },
      dataset: { type: 'dataset', rows: ['prompt', 'prompt_completion'], description: 'Prompts, one a row.' },
      reward_model: rewardModelPort,
      validation: {
        type: 'dataset',
        rows: ['prompt_completion'],
        optional: true,
        description: 'Examples held out: their loss after training is the metric `eval_loss`.',
      },
    },
    outputs: {
      model: { type: 'model', task: 'language model', description: 'The fine-tuned model.' },
      best: {
        type: 'dataset',
        rows: () => 'prompt_completion',
        description: 'What it was tuned on: as of `sample.best_of_n`.',
      },
      metrics: { type: 'metrics', description: 'Those of `sample.best_of_n` and of `train.supervised`.' },
      adapter: adapterOutput,
    },
  }),
  sources: ({ reward_funcs }) => rewardSources(reward_funcs),
  check: (config) => [...checkLanguageModelArguments(config), ...checkRewardFunctions(config.reward_funcs)],
  load: () => import('./rejection-sampling.js'),
});
