import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainDpoConfig, trainDpoSchema } from '../../schemas/kinds/train.dpo.js';
import { checkTrainingArguments } from '../train/check-arguments.js';
import { preferencePorts, referencePort } from './ports.js';

export const trainDpo: Kind = defineKind<TrainDpoConfig>({
  name: 'train.dpo',
  version: 3,
  description:
    'Teaches a model to prefer chosen answers to rejected ones, near to a reference: DPO, IPO and relatives.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainDpoSchema,
  ...preferencePorts(['preference'], { reference: referencePort }),
  check: (config) => [...checkTrainingArguments(config), ...checkSmoothing(config)],
  load: () => import('./dpo.js'),
});

function checkSmoothing({ loss_type: type, label_smoothing: smoothing }: TrainDpoConfig) {
  const pointer = '/label_smoothing';
  if (smoothing > 0 && type !== 'sigmoid' && type !== 'robust') {
    return [{ pointer, message: `has no effect with loss_type ${type}`, hint: 'Leave it out.' }];
  }
  if (smoothing === 0.5 && type === 'robust') {
    return [{ pointer, message: 'must be below 0.5 for loss_type robust: labels by chance tell nothing' }];
  }
  return [];
}
