import { defineKind, type Kind } from '../../../engine/kind.js';
import { type DataDriftConfig, dataDriftSchema } from '../../../schemas/kinds/data.drift.js';
import { fieldPathFindings } from '../field-path.js';

export const dataDrift: Kind = defineKind<DataDriftConfig>({
  name: 'data.drift',
  version: 1,
  description: 'Measures how far a dataset is from another: lengths, words, labels, and what both have.',
  runs: 'inline',
  schema: dataDriftSchema,
  inputs: {
    reference: { type: 'dataset', description: 'What is compared with, such as the rows that are learned.' },
    dataset: { type: 'dataset', description: 'What is compared, such as the rows that are tested.' },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        'Of `length`, `words`, `labels`: `…_js`, the Jensen–Shannon divergence in bits, `…_p_value`, `…_psi`; the part of the dataset that the reference has, as `rows_covered`, `words_covered`, `bigrams_covered`, `trigrams_covered`, `labels_covered`.',
    },
    report: { type: 'file', description: 'The same as tables in Markdown.' },
  },
  check: ({ fields, label }) => [
    ...fieldPathFindings(fields, '/fields'),
    ...fieldPathFindings([label], '/label', false),
  ],
  load: () => import('./drift.js'),
});
