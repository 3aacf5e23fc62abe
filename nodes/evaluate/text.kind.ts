import { defineKind, type Kind } from '../../engine/kind.js';
import { type EvaluateTextConfig, evaluateTextSchema } from '../../schemas/kinds/evaluate.text.js';
import { fieldPathFindings } from '../data/field-path.js';

export const evaluateText: Kind = defineKind<EvaluateTextConfig>({
  name: 'evaluate.text',
  version: 1,
  description: 'Scores texts that are there already against references: ROUGE, BLEU, chrF, TER and others.',
  runs: 'inline',
  schema: evaluateTextSchema,
  inputs: { samples: { type: 'any', description: 'Rows with a response and a reference: a dataset or samples.' } },
  outputs: {
    metrics: {
      type: 'metrics',
      description: 'Each metric over all rows, the ends of its interval as `…_low` and `…_high`, and `n`.',
    },
    samples: { type: 'samples', description: 'The rows, with what each scores alone.' },
  },
  check: ({ response, reference }) => [
    ...fieldPathFindings([response], '/response', false),
    ...fieldPathFindings([reference], '/reference', false),
  ],
  load: () => import('./text.js'),
});
