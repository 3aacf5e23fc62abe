import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataSampleSchema } from '../../schemas/kinds/data.sample.js';
import { isFieldPath } from './field-path.js';

export type DataSampleConfig = FromSchema<typeof dataSampleSchema>;

export const dataSample: Kind = defineKind<DataSampleConfig>({
  name: 'data.sample',
  version: 1,
  description: 'Takes a random part of the rows, alike from all or with the shares of a field kept.',
  runs: 'inline',
  schema: dataSampleSchema,
  inputs: { dataset: { type: 'dataset', description: 'The rows to choose from; of any type.' } },
  outputs: {
    dataset: { type: 'dataset', description: 'The chosen rows, in their order.', rows: ({ rows }) => rows.dataset },
  },
  check: ({ n, fraction, replacement, by }) => [
    ...((n === null) === (fraction === null)
      ? [{ pointer: n === null ? '' : '/fraction', message: 'needs either `n` or `fraction`' }]
      : []),
    ...(fraction !== null && fraction > 1 && !replacement
      ? [{ pointer: '/fraction', message: `must be at most 1 without \`replacement\`, not ${fraction}` }]
      : []),
    ...(by !== null && !isFieldPath(by)
      ? [{ pointer: '/by', message: `${JSON.stringify(by)} is not the path of a field` }]
      : []),
  ],
  load: () => import('./sample.js'),
});
