import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainReinforceConfig, trainReinforceSchema } from '../../schemas/kinds/train.reinforce.js';
import { rewardSources } from '../reward/check-functions.js';
import { checkReinforcement } from './check-reinforcement.js';
import { reinforcementPorts } from './ports.js';

export const trainReinforce: Kind = defineKind<TrainReinforceConfig>({
  name: 'train.reinforce',
  version: 3,
  description: 'Teaches a model what is rewarded, in the simplest way: REINFORCE with a baseline.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainReinforceSchema,
  ...reinforcementPorts(),
  sources: ({ reward_funcs }) => rewardSources(reward_funcs),
  check: (config) => checkReinforcement(config, config.beta),
  load: () => import('./reinforce.js'),
});
