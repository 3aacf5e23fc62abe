import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainKtoConfig, trainKtoSchema } from '../../schemas/kinds/train.kto.js';
import { checkTrainingArguments } from '../train/check-arguments.js';
import { preferencePorts, referencePort } from './ports.js';

export const trainKto: Kind = defineKind<TrainKtoConfig>({
  name: 'train.kto',
  version: 3,
  description: 'Teaches a model from single answers that are said to be good or bad, near to a reference: KTO.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainKtoSchema,
  ...preferencePorts(['unpaired_preference', 'preference'], { reference: referencePort }),
  check: (config) => [...checkTrainingArguments(config), ...checkBatchSize(config)],
  load: () => import('./kto.js'),
});

function checkBatchSize({ per_device_train_batch_size: train, per_device_eval_batch_size: evaluate }: TrainKtoConfig) {
  const message = 'must be above 1: how far the policy has moved is estimated from the rows of a batch';
  return [
    ...(train < 2 ? [{ pointer: '/per_device_train_batch_size', message }] : []),
    ...(evaluate !== null && evaluate < 2 ? [{ pointer: '/per_device_eval_batch_size', message }] : []),
  ];
}
