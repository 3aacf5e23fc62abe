import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainCpoConfig, trainCpoSchema } from '../../schemas/kinds/train.cpo.js';
import { checkTrainingArguments } from '../train/check-arguments.js';
import { preferencePorts } from './ports.js';

export const trainCpo: Kind = defineKind<TrainCpoConfig>({
  name: 'train.cpo',
  version: 3,
  description:
    'Teaches a model to prefer chosen answers while it goes on learning them, without a reference: CPO, CPO-SimPO.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainCpoSchema,
  ...preferencePorts(['preference']),
  check: (config) => [...checkTrainingArguments(config), ...checkLossType(config)],
  load: () => import('./cpo.js'),
});

function checkLossType({ loss_type: type, label_smoothing: smoothing, simpo_gamma: gamma }: TrainCpoConfig) {
  const idle = [
    ...(smoothing > 0 && type !== 'sigmoid' && type !== 'simpo' ? ['/label_smoothing'] : []),
    ...(gamma !== null && type !== 'simpo' ? ['/simpo_gamma'] : []),
  ];
  return idle.map((pointer) => ({
    pointer,
    message: `has no effect with loss_type ${type}`,
    hint: 'Leave it out.',
  }));
}
