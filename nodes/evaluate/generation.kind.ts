import { defineKind, type Kind } from '../../engine/kind.js';
import { type EvaluateGenerationConfig, evaluateGenerationSchema } from '../../schemas/kinds/evaluate.generation.js';
import { checkGeneration } from '../generate/check-generation.js';

export const evaluateGeneration: Kind = defineKind<EvaluateGenerationConfig>({
  name: 'evaluate.generation',
  version: 1,
  description: 'Lets a model answer prompts and compares its answers with the right ones, as SQuAD does.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: evaluateGenerationSchema,
  inputs: {
    model: { type: 'model', description: 'The model that answers.' },
    dataset: { type: 'dataset', rows: ['prompt_completion'], description: 'Prompts, and the right answers.' },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description: '`exact_match` and `token_f1`, means from 0 to 1 over normalised answers, and `n`.',
    },
    samples: {
      type: 'samples',
      description: 'JSONL rows of `prompt`, `reference`, `response`, `exact_match`, `token_f1`.',
    },
  },
  check: checkGeneration,
  load: () => import('./generation.js'),
});
