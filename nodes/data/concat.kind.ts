import { defineKind, type Kind } from '../../engine/kind.js';
import { dataConcatSchema } from '../../schemas/kinds/data.concat.js';

export const dataConcat: Kind = defineKind({
  name: 'data.concat',
  version: 1,
  description: 'Puts datasets one after another.',
  runs: 'inline',
  schema: dataConcatSchema,
  inputs: { datasets: { type: 'dataset', description: 'The datasets, in the order they are to have.', many: true } },
  outputs: {
    dataset: {
      type: 'dataset',
      description: 'All their rows. Their type is known where the datasets have one in common.',
      rows: ({ rows }) => rows.datasets,
    },
  },
  load: () => import('./concat.js'),
});
