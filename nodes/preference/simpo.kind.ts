import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainSimpoConfig, trainSimpoSchema } from '../../schemas/kinds/train.simpo.js';
import { checkTrainingArguments } from '../train/check-arguments.js';
import { preferencePorts } from './ports.js';

export const trainSimpo: Kind = defineKind<TrainSimpoConfig>({
  name: 'train.simpo',
  version: 3,
  description:
    'Teaches a model to prefer chosen answers by the mean log-probability of a token, without a reference: SimPO.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainSimpoSchema,
  ...preferencePorts(['preference']),
  check: (config) => [...checkTrainingArguments(config), ...checkMargin(config), ...checkSmoothing(config)],
  load: () => import('./simpo.js'),
});

function checkMargin({ gamma_beta_ratio: ratio, simpo_gamma: gamma }: TrainSimpoConfig) {
  if (gamma === null || ratio === trainSimpoSchema.properties.gamma_beta_ratio.default) return [];
  const message = 'has no effect beside simpo_gamma';
  return [{ pointer: '/gamma_beta_ratio', message, hint: 'Leave one of the two out.' }];
}

function checkSmoothing({ loss_type: type, label_smoothing: smoothing }: TrainSimpoConfig) {
  if (smoothing === 0 || type === 'sigmoid') return [];
  return [{ pointer: '/label_smoothing', message: `has no effect with loss_type ${type}`, hint: 'Leave it out.' }];
}
