import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainSupervisedConfig, trainSupervisedSchema } from '../../schemas/kinds/train.supervised.js';
import { checkLanguageModelArguments } from './check-arguments.js';
import { adapterOutput, trainerPorts } from './ports.js';

export const trainSupervised: Kind = defineKind<TrainSupervisedConfig>({
  name: 'train.supervised',
  version: 3,
  description: 'Fine-tunes a model to answer prompts, or to take its turns in conversations.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainSupervisedSchema,
  ...trainerPorts({
    inputs: {
      model: { type: 'model', task: 'language model', description: 'The model to begin from; its tokenizer is used.' },
      dataset: {
        type: 'dataset',
        rows: ['prompt_completion', 'messages'],
        description:
          'Prompts, and what to answer; or conversations, which the chat template of the tokenizer turns into text.',
      },
      validation: {
        type: 'dataset',
        rows: ['prompt_completion', 'messages'],
        optional: true,
        description: 'Examples held out: their loss after training is the metric `eval_loss`.',
      },
    },
    outputs: {
      model: { type: 'model', task: 'language model', description: 'The fine-tuned model.' },
      metrics: { type: 'metrics', description: '`train_loss`, `eval_loss`, `steps`, `tokens`.' },
      adapter: adapterOutput,
    },
  }),
  check: checkLanguageModelArguments,
  load: () => import('./supervised.js'),
});
