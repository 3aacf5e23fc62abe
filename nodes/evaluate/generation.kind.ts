import { defineKind, type Kind } from '../../engine/kind.js';
import { type EvaluateGenerationConfig, evaluateGenerationSchema } from '../../schemas/kinds/evaluate.generation.js';
import { checkGeneration } from '../generate/check-generation.js';

export const evaluateGeneration: Kind = defineKind<EvaluateGenerationConfig>({
  name: 'evaluate.generation',
  version: 4,
  description: 'Lets a model answer prompts and compares its answers with the right ones.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: evaluateGenerationSchema,
  inputs: {
    model: { type: 'model', task: 'language model', description: 'The model that answers.' },
    dataset: {
      type: 'dataset',
      rows: ['prompt_completion'],
      description: 'Prompts, and the right answers. Where a row has a list `references`, the best of those counts.',
    },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description: 'Each metric over all rows, the ends of its interval as `…_low` and `…_high`, and `n`.',
    },
    samples: {
      type: 'samples',
      description: 'JSONL rows of `prompt`, `reference`, `response`, and what each scores alone.',
    },
  },
  check: checkGeneration,
  load: () => import('./generation.js'),
});
