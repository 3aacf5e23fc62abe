import { defineKind, type Kind } from '../../engine/kind.js';
import {
  type TrainSelfSupervisedConfig,
  trainSelfSupervisedSchema,
} from '../../schemas/kinds/train.self_supervised.js';
import { checkLanguageModelArguments } from './check-arguments.js';
import { adapterOutput, trainerPorts } from './ports.js';

export const trainSelfSupervised: Kind = defineKind<TrainSelfSupervisedConfig>({
  name: 'train.self_supervised',
  version: 3,
  description: 'Trains a model to predict each next token of plain texts: pre-training, or going on with it.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainSelfSupervisedSchema,
  ...trainerPorts({
    inputs: {
      model: { type: 'model', task: 'language model', description: 'The model to begin from; its tokenizer is used.' },
      dataset: { type: 'dataset', rows: ['text'], description: 'Texts to learn.' },
      validation: {
        type: 'dataset',
        rows: ['text'],
        optional: true,
        description: 'Texts held out: their loss after training is the metric `eval_loss`.',
      },
    },
    outputs: {
      model: { type: 'model', task: 'language model', description: 'The trained model.' },
      metrics: { type: 'metrics', description: '`train_loss`, `eval_loss`, `steps`, `tokens`.' },
      adapter: adapterOutput,
    },
  }),
  check: checkLanguageModelArguments,
  load: () => import('./self-supervised.js'),
});
