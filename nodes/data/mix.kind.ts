import type { FromSchema } from 'json-schema-to-ts';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataMixSchema } from '../../schemas/kinds/data.mix.js';

export type DataMixConfig = FromSchema<typeof dataMixSchema>;

export const dataMix: Kind = defineKind<DataMixConfig>({
  name: 'data.mix',
  version: 1,
  description: 'Draws rows from several datasets by weight, or takes them in turn.',
  runs: 'inline',
  schema: dataMixSchema,
  inputs: { datasets: { type: 'dataset', description: 'The datasets, in the order of `weights`.', many: true } },
  outputs: {
    dataset: {
      type: 'dataset',
      description: 'The mixture; the rows of each dataset keep their order. Their type is known where all have one.',
      rows: ({ rows }) => rows.datasets,
    },
  },
  load: () => import('./mix.js'),
});
