import { defineKind, type Kind } from '../../engine/kind.js';
import {
  type EvaluateMultipleChoiceConfig,
  evaluateMultipleChoiceSchema,
} from '../../schemas/kinds/evaluate.multiple_choice.js';
import { fieldPathFindings } from '../data/field-path.js';

export const evaluateMultipleChoice: Kind = defineKind<EvaluateMultipleChoiceConfig>({
  name: 'evaluate.multiple_choice',
  version: 3,
  description: 'Lets a model choose by likelihood among given answers, as lm-evaluation-harness does.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: evaluateMultipleChoiceSchema,
  inputs: {
    model: { type: 'model', task: 'language model', description: 'The model that chooses.' },
    dataset: { type: 'dataset', description: 'Prompts with choices, and which is right.' },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        '`acc`, by the likelihood of each choice; `acc_norm`, by that likelihood ÷ characters of the choice; their intervals; `n`.',
    },
    samples: {
      type: 'samples',
      description: 'The rows, with the `loglikelihoods` of the choices, `chosen`, `chosen_norm`, `acc`, `acc_norm`.',
    },
  },
  check: ({ prompt, choices, answer }) => [
    ...fieldPathFindings([prompt], '/prompt', false),
    ...fieldPathFindings([choices], '/choices', false),
    ...fieldPathFindings([answer], '/answer', false),
  ],
  load: () => import('./multiple-choice.js'),
});
