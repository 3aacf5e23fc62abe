import { defineKind, type Kind } from '../../engine/kind.js';
import { type ModelCardConfig, modelCardSchema } from '../../schemas/kinds/model.card.js';

export const modelCardKind: Kind = defineKind<ModelCardConfig>({
  name: 'model.card',
  version: 1,
  description: 'Writes the Hugging Face model card of a model, with metrics and their intervals.',
  runs: 'inline',
  schema: modelCardSchema,
  inputs: {
    model: { type: 'model', description: 'The model.' },
    metrics: {
      type: 'metrics',
      many: true,
      optional: true,
      description: 'What was measured, in the order of `labels`.',
    },
    training: { type: 'metrics', optional: true, description: 'What the trainer measured: losses, steps, tokens.' },
  },
  outputs: { card: { type: 'file', description: 'README.md: metadata in YAML, with `model-index`, then Markdown.' } },
  load: () => import('./run-card.js'),
});
