import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainClassifierConfig, trainClassifierSchema } from '../../schemas/kinds/train.classifier.js';
import { checkTrainingArguments } from '../train/check-arguments.js';
import { adapterOutput, trainerPorts } from '../train/ports.js';

export const trainClassifier: Kind = defineKind<TrainClassifierConfig>({
  name: 'train.classifier',
  version: 2,
  description: 'Teaches a model to put texts under labels: one each, or any number.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainClassifierSchema,
  ...trainerPorts({
    inputs: {
      model: {
        type: 'model',
        description: 'The model to begin from: a language model, which is given a fresh head, or a classifier.',
      },
      dataset: {
        type: 'dataset',
        rows: ['classification'],
        description: 'Texts with a `label`, or with a list of those that hold, as `label` or `labels`.',
      },
      validation: {
        type: 'dataset',
        rows: ['classification'],
        optional: true,
        description: 'Texts held out, for the metrics `eval_loss` and `eval_accuracy`.',
      },
    },
    outputs: {
      model: { type: 'model', task: 'classifier', description: 'The classifier: a sequence-classification model.' },
      metrics: { type: 'metrics', description: '`train_loss`, `eval_loss`, `eval_accuracy`, `steps`, `tokens`.' },
      adapter: adapterOutput,
    },
  }),
  check: (config) => [
    ...checkTrainingArguments(config),
    ...(config.labels !== null && config.label_order !== 'sorted'
      ? [{ pointer: '/label_order', message: 'has no effect with labels, which say their order' }]
      : []),
  ],
  load: () => import('./train-classifier.js'),
});
