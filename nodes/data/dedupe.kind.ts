import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataDedupeSchema } from '../../schemas/kinds/data.dedupe.js';
import { fieldPathFindings } from './field-path.js';

export type DataDedupeConfig = FromSchema<typeof dataDedupeSchema>;

export const dataDedupe: Kind = defineKind<DataDedupeConfig>({
  name: 'data.dedupe',
  version: 1,
  description: 'Drops rows that came before: exactly, or nearly by MinHash. Keeps the first.',
  runs: 'inline',
  schema: dataDedupeSchema,
  inputs: {
    dataset: { type: 'dataset', description: 'The rows to clean; of any type.' },
    against: {
      type: 'dataset',
      description: 'Rows that must not come again, such as those held out. They are not in the output.',
      optional: true,
      many: true,
    },
  },
  outputs: {
    dataset: { type: 'dataset', description: 'The rows that stay, in their order.', rows: ({ rows }) => rows.dataset },
  },
  check: ({ fields }) => fieldPathFindings(fields, '/fields'),
  load: () => import('./dedupe.js'),
});
