import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataSplitSchema } from '../../schemas/kinds/data.split.js';
import { isFieldPath } from './field-path.js';

export type DataSplitConfig = FromSchema<typeof dataSplitSchema>;

export const dataSplit: Kind = defineKind<DataSplitConfig>({
  name: 'data.split',
  version: 1,
  description: 'Holds out part of a dataset, by row or by groups that stay together.',
  runs: 'inline',
  schema: dataSplitSchema,
  inputs: { dataset: { type: 'dataset', description: 'The rows to split; of any type.' } },
  outputs: {
    train: { type: 'dataset', description: 'The rows that remain, in their order.', rows: ({ rows }) => rows.dataset },
    validation: {
      type: 'dataset',
      description: 'The rows held out, in their order.',
      rows: ({ rows }) => rows.dataset,
    },
  },
  check: ({ validation, by }) => [
    ...(validation > 1 && !Number.isInteger(validation)
      ? [{ pointer: '/validation', message: `must be a fraction below 1 or a whole number, not ${validation}` }]
      : []),
    ...(by !== null && !isFieldPath(by)
      ? [{ pointer: '/by', message: `${JSON.stringify(by)} is not the path of a field` }]
      : []),
  ],
  load: () => import('./split.js'),
});
