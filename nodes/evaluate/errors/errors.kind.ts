import { defineKind, type Kind } from '../../../engine/kind.js';
import { type EvaluateErrorsConfig, evaluateErrorsSchema } from '../../../schemas/kinds/evaluate.errors.js';
import { fieldPathFindings } from '../../data/field-path.js';

export const evaluateErrors: Kind = defineKind<EvaluateErrorsConfig>({
  name: 'evaluate.errors',
  version: 1,
  description: 'Shows where a model fails: the worst rows, slices by field and by length, labels taken for others.',
  runs: 'inline',
  schema: evaluateErrorsSchema,
  inputs: {
    samples: { type: 'any', description: 'Rows that were scored: samples of an evaluation, predictions, graded rows.' },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description: '`score`, the mean over all rows, with its interval; `lowest_slice_score`; `slices`; `n`.',
    },
    worst: { type: 'samples', description: 'The worst rows, the worst first, each with its number as `row`.' },
    report: { type: 'file', description: 'Markdown: slices, labels, what is taken for what, the worst rows.' },
  },
  check: ({ score, label, predicted, slices, text }) => [
    ...(score === null ? [] : fieldPathFindings([score], '/score', false)),
    ...fieldPathFindings([label], '/label', false),
    ...fieldPathFindings([predicted], '/predicted', false),
    ...fieldPathFindings(slices, '/slices'),
    ...(text === null ? [] : fieldPathFindings([text], '/text', false)),
  ],
  load: () => import('./errors.js'),
});
