import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainOrpoConfig, trainOrpoSchema } from '../../schemas/kinds/train.orpo.js';
import { checkTrainingArguments } from '../train/check-arguments.js';
import { preferencePorts } from './ports.js';

export const trainOrpo: Kind = defineKind<TrainOrpoConfig>({
  name: 'train.orpo',
  version: 3,
  description: 'Fine-tunes on chosen answers and away from rejected ones at once, without a reference: ORPO.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainOrpoSchema,
  ...preferencePorts(['preference']),
  check: checkTrainingArguments,
  load: () => import('./orpo.js'),
});
