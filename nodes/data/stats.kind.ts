import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataStatsSchema } from '../../schemas/kinds/data.stats.js';
import { fieldPathFindings } from './field-path.js';

export type DataStatsConfig = FromSchema<typeof dataStatsSchema>;

export const dataStats: Kind = defineKind<DataStatsConfig>({
  name: 'data.stats',
  version: 1,
  description: 'Measures a dataset: lengths and gaps of each field, labels, duplicates.',
  runs: 'inline',
  schema: dataStatsSchema,
  inputs: { dataset: { type: 'dataset', description: 'The rows to measure; of any type.' } },
  outputs: {
    metrics: { type: 'metrics', description: 'Rows, duplicates, and the lengths of each field: `prompt.words_mean`.' },
    report: { type: 'file', description: 'The same as tables in Markdown.' },
  },
  check: ({ fields, label }) => [
    ...fieldPathFindings(fields, '/fields'),
    ...fieldPathFindings([label], '/label', false),
  ],
  load: () => import('./stats.js'),
});
