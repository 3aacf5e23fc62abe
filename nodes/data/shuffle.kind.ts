import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataShuffleSchema } from '../../schemas/kinds/data.shuffle.js';

export type DataShuffleConfig = FromSchema<typeof dataShuffleSchema>;

export const dataShuffle: Kind = defineKind<DataShuffleConfig>({
  name: 'data.shuffle',
  version: 1,
  description: 'Puts the rows in random order. Holds the dataset in memory.',
  runs: 'inline',
  schema: dataShuffleSchema,
  inputs: { dataset: { type: 'dataset', description: 'The rows to shuffle; of any type.' } },
  outputs: {
    dataset: {
      type: 'dataset',
      description: 'The same rows; every order is equally likely.',
      rows: ({ rows }) => rows.dataset,
    },
  },
  load: () => import('./shuffle.js'),
});
