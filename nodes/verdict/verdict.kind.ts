import { defineKind, type Kind } from '../../engine/kind.js';
import { type ReportVerdictConfig, reportVerdictSchema } from '../../schemas/kinds/report.verdict.js';

export const reportVerdict: Kind = defineKind<ReportVerdictConfig>({
  name: 'report.verdict',
  version: 1,
  description: 'Says whether a claim is supported, not supported or undecided, from runs with several seeds.',
  runs: 'inline',
  schema: reportVerdictSchema,
  inputs: {
    metrics: { type: 'metrics', description: 'What the claim is about: one a seed, at least three.', many: true },
    baseline: {
      type: 'metrics',
      description: 'What it is compared with: one for each of `metrics`, of the same seed, in the same order.',
      many: true,
      optional: true,
    },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        '`verdict`: 1 supported, 0 undecided, −1 not supported; `mean` with `mean_low` and `mean_high`, of several conditions `<condition>.mean`; and `n`, the runs of a condition.',
    },
    report: { type: 'file', description: 'The same in Markdown.' },
  },
  check: ({ above, below }) =>
    (above === null) === (below === null)
      ? [{ pointer: '', message: 'a claim has one bound: give either `above` or `below`' }]
      : [],
  load: () => import('./run-verdict.js'),
});
