/** The ports that the trainers of this folder share. */
import type { InputPort } from '../../engine/kind.js';
import { adapterOutput, trainerPorts } from '../train/ports.js';

export function reinforcementPorts(more: Readonly<Record<string, InputPort>> = {}) {
  return trainerPorts({
    inputs: {
      model: { type: 'model', task: 'language model', description: 'The policy to begin from; its tokenizer is used.' },
      dataset: {
        type: 'dataset',
        rows: ['prompt', 'prompt_completion', 'preference', 'ranking'],
        description: 'Prompts to answer. Further fields of a row are there for the rewards.',
      },
      reward_model: {
        type: 'model',
        task: 'reward model',
        optional: true,
        description: 'Scores the responses; it needs the same tokenizer. `train.reward` makes one.',
      },
      validation: {
        type: 'dataset',
        rows: ['prompt', 'prompt_completion', 'preference', 'ranking'],
        optional: true,
        description:
          'Prompts held out: what the responses to them earn are the metrics `eval_reward`, `eval_kl` and so on.',
      },
      reference: {
        type: 'model',
        task: 'language model',
        optional: true,
        description:
          'The model that the policy is held near to; it needs the same tokenizer. Without it: `model`, as it is before training.',
      },
      ...more,
    },
    outputs: {
      model: { type: 'model', task: 'language model', description: 'The trained policy.' },
      metrics: {
        type: 'metrics',
        description:
          '`reward_start`, of the first rollout; `reward`, `kl` and the other readings over the last tenth of the rollouts; `steps`, `rollouts`, `responses`, `tokens`; with `validation` also `eval_reward`, `eval_kl` and so on.',
      },
      adapter: adapterOutput,
    },
  });
}
