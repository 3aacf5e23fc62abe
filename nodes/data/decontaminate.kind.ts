import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataDecontaminateSchema } from '../../schemas/kinds/data.decontaminate.js';
import { fieldPathFindings } from './field-path.js';

export type DataDecontaminateConfig = FromSchema<typeof dataDecontaminateSchema>;

export const dataDecontaminate: Kind = defineKind<DataDecontaminateConfig>({
  name: 'data.decontaminate',
  version: 1,
  description: 'Drops rows that share a run of words with the rows that a model is to be tested on.',
  runs: 'inline',
  schema: dataDecontaminateSchema,
  inputs: {
    dataset: { type: 'dataset', description: 'The rows to train on; of any type.' },
    against: { type: 'dataset', description: 'The rows to test on; of any type.', many: true },
  },
  outputs: {
    dataset: { type: 'dataset', description: 'The rows that stay, in their order.', rows: ({ rows }) => rows.dataset },
    report: {
      type: 'file',
      description:
        'One JSON line for each row that went: its number, which row of `against` it shares words with, and the words.',
    },
  },
  check: ({ fields, against_fields: againstFields }) => [
    ...fieldPathFindings(fields, '/fields'),
    ...fieldPathFindings(againstFields, '/against_fields'),
  ],
  load: () => import('./decontaminate.js'),
});
