import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainRewardConfig, trainRewardSchema } from '../../schemas/kinds/train.reward.js';
import { checkTrainingArguments } from '../train/check-arguments.js';
import { adapterOutput, trainerPorts } from '../train/ports.js';

export const trainReward: Kind = defineKind<TrainRewardConfig>({
  name: 'train.reward',
  version: 3,
  description: 'Teaches a model to score responses as people ranked them: a reward model.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainRewardSchema,
  ...trainerPorts({
    inputs: {
      model: {
        type: 'model',
        description: 'The model to begin from: a language model, which is given a fresh head, or a reward model.',
      },
      dataset: {
        type: 'dataset',
        rows: ['preference', 'ranking'],
        description: 'Prompts with two responses or more, and which are better. A pair may have a `margin`.',
      },
      validation: {
        type: 'dataset',
        rows: ['preference', 'ranking'],
        optional: true,
        description:
          'Rows held out, for the metrics `eval_loss`, `eval_accuracy`, `eval_margin`, `eval_ece` and others.',
      },
      reference: {
        type: 'dataset',
        rows: ['prompt_completion'],
        optional: true,
        description:
          'Samples on which rewards are to have mean 0 and deviation 1, such as those of the policy to train.',
      },
    },
    outputs: {
      model: {
        type: 'model',
        task: 'reward model',
        description: 'The reward model: a sequence-classification model of one label.',
      },
      metrics: {
        type: 'metrics',
        description:
          '`train_loss`, `eval_…`, `reward_mean` and `reward_std` of the reference samples, `steps`, `tokens`.',
      },
      adapter: adapterOutput,
    },
  }),
  check: checkTrainingArguments,
  load: () => import('./train-reward.js'),
});
