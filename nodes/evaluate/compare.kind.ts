import { defineKind, type Kind } from '../../engine/kind.js';
import { type EvaluateCompareConfig, evaluateCompareSchema } from '../../schemas/kinds/evaluate.compare.js';
import { fieldPathFindings } from '../data/field-path.js';

export const evaluateCompare: Kind = defineKind<EvaluateCompareConfig>({
  name: 'evaluate.compare',
  version: 1,
  description: 'Tells whether models differ on the same examples: paired differences, intervals, p-values.',
  runs: 'inline',
  schema: evaluateCompareSchema,
  inputs: {
    samples: {
      type: 'any',
      many: true,
      description: 'Responses to the same prompts, in the same order; the first are the ones compared with.',
    },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        'For each label after the first and each metric: `<label>.<metric>`, the difference from the first, with `…_low` and `…_high`, `…_p_value` and `…_minimum_detectable`; and `n`.',
    },
    report: { type: 'file', description: 'A table in Markdown.' },
  },
  check: ({ response, reference, metrics }) => [
    ...fieldPathFindings([response], '/response', false),
    ...fieldPathFindings([reference], '/reference', false),
    ...metrics.flatMap((name, index) =>
      name.startsWith('distinct_')
        ? [{ pointer: `/metrics/${index}`, message: `${name} is of all texts together and has no pairs to compare` }]
        : [],
    ),
  ],
  load: () => import('./compare.js'),
});
