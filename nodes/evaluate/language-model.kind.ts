import { defineKind, type Kind } from '../../engine/kind.js';
import {
  type EvaluateLanguageModelConfig,
  evaluateLanguageModelSchema,
} from '../../schemas/kinds/evaluate.language_model.js';

export const evaluateLanguageModel: Kind = defineKind<EvaluateLanguageModelConfig>({
  name: 'evaluate.language_model',
  version: 3,
  description: 'Measures how well a model predicts texts: loss, perplexity, bits per byte.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: evaluateLanguageModelSchema,
  inputs: {
    model: { type: 'model', task: 'language model', description: 'The model that predicts.' },
    dataset: { type: 'dataset', rows: ['text'], description: 'Texts to predict, best such that it has never read.' },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        '`loss` in nats a token, `perplexity`, `bits_per_byte`, and the `tokens` and `bytes` that were scored.',
    },
  },
  load: () => import('./language-model.js'),
});
