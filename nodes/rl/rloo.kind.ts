import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainRlooConfig, trainRlooSchema } from '../../schemas/kinds/train.rloo.js';
import { rewardSources } from '../reward/check-functions.js';
import { checkGroups, checkReinforcement } from './check-reinforcement.js';
import { reinforcementPorts } from './ports.js';

export const trainRloo: Kind = defineKind<TrainRlooConfig>({
  name: 'train.rloo',
  version: 3,
  description: 'Teaches a model what is rewarded, each response measured by the other responses to its prompt: RLOO.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainRlooSchema,
  ...reinforcementPorts(),
  sources: ({ reward_funcs }) => rewardSources(reward_funcs),
  check: (config) => [...checkReinforcement(config, config.beta), ...checkGroups(config)],
  load: () => import('./rloo.js'),
});
