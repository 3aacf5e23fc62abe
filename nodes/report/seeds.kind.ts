import { defineKind, type Kind } from '../../engine/kind.js';
import { type ReportSeedsConfig, reportSeedsSchema } from '../../schemas/kinds/report.seeds.js';

export const reportSeeds: Kind = defineKind<ReportSeedsConfig>({
  name: 'report.seeds',
  version: 1,
  description: 'Puts runs with different seeds together: mean, spread, and interquartile mean with its interval.',
  runs: 'inline',
  schema: reportSeedsSchema,
  inputs: {
    metrics: { type: 'metrics', description: 'The metrics of each seed: `quality[*].metrics`.', many: true },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        'Each metric, its interquartile mean, with `…_low` and `…_high`; `…_mean`, `…_std`, `…_min`, `…_max`; and `seeds`.',
    },
    report: { type: 'file', description: 'A table in Markdown.' },
  },
  load: () => import('./seeds.js'),
});
