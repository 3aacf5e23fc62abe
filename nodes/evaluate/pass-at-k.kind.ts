import { defineKind, type Kind } from '../../engine/kind.js';
import { type EvaluatePassAtKConfig, evaluatePassAtKSchema } from '../../schemas/kinds/evaluate.pass_at_k.js';
import { fieldPathFindings } from '../data/field-path.js';

export const evaluatePassAtK: Kind = defineKind<EvaluatePassAtKConfig>({
  name: 'evaluate.pass_at_k',
  version: 1,
  description: 'Tells how likely one of k samples passes, without bias, from more samples of each problem.',
  runs: 'inline',
  schema: evaluatePassAtKSchema,
  inputs: { samples: { type: 'any', description: 'Several rows for each problem, each passed or not.' } },
  outputs: {
    metrics: { type: 'metrics', description: '`pass_at_<k>`, means over the problems, their intervals; `n` problems.' },
  },
  check: ({ by, passed }) => [
    ...fieldPathFindings([by], '/by', false),
    ...fieldPathFindings([passed], '/passed', false),
  ],
  load: () => import('./pass-at-k.js'),
});
