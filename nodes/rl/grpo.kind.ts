import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainGrpoConfig, trainGrpoSchema } from '../../schemas/kinds/train.grpo.js';
import { rewardSources } from '../reward/check-functions.js';
import { checkGroups, checkReinforcement } from './check-reinforcement.js';
import { reinforcementPorts } from './ports.js';

export const trainGrpo: Kind = defineKind<TrainGrpoConfig>({
  name: 'train.grpo',
  version: 3,
  description:
    'Teaches a model what is rewarded, by comparing several of its responses to a prompt: GRPO, Dr. GRPO, DAPO.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainGrpoSchema,
  ...reinforcementPorts(),
  sources: ({ reward_funcs }) => rewardSources(reward_funcs),
  check: (config) => [...checkReinforcement(config, config.beta), ...checkGroups(config)],
  load: () => import('./grpo.js'),
});
