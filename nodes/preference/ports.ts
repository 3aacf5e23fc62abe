/** The ports that the trainers of this folder share. */
import type { InputPort } from '../../engine/kind.js';
import { adapterOutput, trainerPorts } from '../train/ports.js';

const descriptions = {
  preference: 'Prompts, each with an answer that is preferred and one that is not.',
  unpaired_preference: 'Prompts with an answer, and whether it is a good one.',
} as const;

export const referencePort: InputPort = {
  type: 'model',
  task: 'language model',
  optional: true,
  description:
    'The model that the trained one is held near to; it needs the same tokenizer. Without it: `model`, as it is before training.',
};

export function preferencePorts(
  rows: readonly [keyof typeof descriptions, ...(keyof typeof descriptions)[]],
  more: Readonly<Record<string, InputPort>> = {},
) {
  return trainerPorts({
    inputs: {
      model: { type: 'model', task: 'language model', description: 'The model to begin from; its tokenizer is used.' },
      dataset: { type: 'dataset', rows, description: rows.map((type) => descriptions[type]).join(' Or: ') },
      validation: {
        type: 'dataset',
        rows,
        optional: true,
        description: 'Rows held out: the loss and the readings on them are the metrics `eval_loss`, `eval_rewards/…`.',
      },
      ...more,
    },
    outputs: {
      model: { type: 'model', task: 'language model', description: 'The trained model.' },
      metrics: { type: 'metrics', description: '`train_loss`, `eval_loss` and the other readings, `steps`, `tokens`.' },
      adapter: adapterOutput,
    },
  });
}
