import { defineKind, type Kind } from '../../engine/kind.js';
import {
  type EvaluateClassificationConfig,
  evaluateClassificationSchema,
} from '../../schemas/kinds/evaluate.classification.js';

export const evaluateClassification: Kind = defineKind<EvaluateClassificationConfig>({
  name: 'evaluate.classification',
  version: 2,
  description: 'Puts texts under labels with a classifier and, where the right ones are known, tells how well.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: evaluateClassificationSchema,
  inputs: {
    model: { type: 'model', task: 'classifier', description: 'The classifier.' },
    dataset: {
      type: 'dataset',
      rows: ['classification', 'text'],
      description: 'Texts with their right labels, or all without.',
    },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        '`accuracy`; `precision`, `recall` and `f1`, each `_micro`, `_macro` and `_weighted`; `matthews_correlation`, `log_loss`, `ece`; `brier`; `roc_auc` and `pr_auc`, of the second of two labels and `_macro`, `_weighted`; `hamming_loss` where several labels may hold; intervals of all but areas and `ece` as `…_low` and `…_high`; `n`.',
    },
    predictions: {
      type: 'dataset',
      description: 'The rows, each with `predicted`, a label or a list of them, and `probabilities` by label.',
      rows: ({ rows }) => rows.dataset,
    },
    report: { type: 'file', description: 'Markdown: figures, each label, which is taken for which, calibration.' },
  },
  load: () => import('./evaluate-classification.js'),
});
