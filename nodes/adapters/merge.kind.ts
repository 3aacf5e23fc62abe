import { defineKind, type Kind } from '../../engine/kind.js';
import { type ModelMergeConfig, modelMergeSchema } from '../../schemas/kinds/model.merge.js';

export const modelMerge: Kind = defineKind<ModelMergeConfig>({
  name: 'model.merge',
  version: 1,
  description: 'Adds a low-rank adapter, as the trainers or PEFT write it, to the weights of a model.',
  runs: 'worker',
  schema: modelMergeSchema,
  inputs: {
    model: { type: 'model', description: 'The model that the adapter was trained on.' },
    adapter: { type: 'directory', description: 'A directory of PEFT.' },
  },
  outputs: { model: { type: 'model', description: 'A model that needs no adapter.' } },
  load: () => import('./merge.js'),
});
