import { defineKind, type Kind } from '../../engine/kind.js';
import { type TrainPpoConfig, trainPpoSchema } from '../../schemas/kinds/train.ppo.js';
import { rewardSources } from '../reward/check-functions.js';
import { checkReinforcement } from './check-reinforcement.js';
import { reinforcementPorts } from './ports.js';

export const trainPpo: Kind = defineKind<TrainPpoConfig>({
  name: 'train.ppo',
  version: 3,
  description: 'Teaches a model what is rewarded, near to a reference, with a learned value function: PPO, PPO-ptx.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: trainPpoSchema,
  ...reinforcementPorts({
    value_model: {
      type: 'model',
      optional: true,
      description: 'With `value_function: model`, what it begins from, such as the reward model.',
    },
    pretraining: {
      type: 'dataset',
      rows: ['text'],
      optional: true,
      description: 'With `ptx_coef`, texts that the policy goes on learning besides.',
    },
  }),
  sources: ({ reward_funcs }) => rewardSources(reward_funcs),
  check: (config) => [...checkReinforcement(config, 1), ...checkTexts(config)],
  load: () => import('./ppo.js'),
});

function checkTexts({ ptx_coef: coefficient, ptx_batch_size: batch, ptx_max_length: length }: TrainPpoConfig) {
  const given = [
    ['/ptx_batch_size', batch],
    ['/ptx_max_length', length],
  ] as const;
  return given.flatMap(([pointer, value]) =>
    value !== null && coefficient === 0 ? [{ pointer, message: 'has no effect without ptx_coef' }] : [],
  );
}
