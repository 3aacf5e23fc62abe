import type { InputPort } from '../../engine/kind.js';

/** The port that `scoreAnswers` reads. */
export const rewardModelPort: InputPort = {
  type: 'model',
  task: 'reward model',
  optional: true,
  description:
    'Scores the responses: a reward model, as `train.reward` makes one. In place of it, or besides: `reward_funcs`.',
};
