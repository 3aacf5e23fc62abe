import { defineKind, type Kind } from '../../engine/kind.js';
import { type ReportFrontierConfig, reportFrontierSchema } from '../../schemas/kinds/report.frontier.js';

export const reportFrontier: Kind = defineKind<ReportFrontierConfig>({
  name: 'report.frontier',
  version: 2,
  description: 'Plots what each of several nodes gains against what it costs: the reward–KL frontier.',
  runs: 'inline',
  schema: reportFrontierSchema,
  inputs: {
    metrics: {
      type: 'metrics',
      description: 'One point each, in the order of `labels`: as of `evaluate.kl` or `sample.best_of_n`.',
      many: true,
    },
  },
  outputs: {
    plot: { type: 'file', description: 'The plot, as SVG; by day and by night.' },
    report: { type: 'file', description: 'A table in Markdown.' },
  },
  load: () => import('./frontier.js'),
});
