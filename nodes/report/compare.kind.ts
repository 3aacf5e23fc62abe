import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { reportCompareSchema } from '../../schemas/kinds/report.compare.js';

export type ReportCompareConfig = FromSchema<typeof reportCompareSchema>;

export const reportCompare: Kind = defineKind<ReportCompareConfig>({
  name: 'report.compare',
  version: 2,
  description: 'Puts the metrics of several nodes side by side; with their intervals; of two, also their difference.',
  runs: 'inline',
  schema: reportCompareSchema,
  inputs: { metrics: { type: 'metrics', description: 'What to compare, in the order of `labels`.', many: true } },
  outputs: { report: { type: 'file', description: 'A table in Markdown.' } },
  load: () => import('./compare.js'),
});
