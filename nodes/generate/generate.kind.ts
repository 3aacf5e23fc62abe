import { defineKind, type Kind } from '../../engine/kind.js';
import { type GenerateConfig, generateSchema } from '../../schemas/kinds/generate.js';
import { checkGenerate } from './check-generation.js';

export const generateKind: Kind = defineKind<GenerateConfig>({
  name: 'generate',
  version: 3,
  description: 'Lets a model answer prompts.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: generateSchema,
  inputs: {
    model: { type: 'model', task: 'language model', description: 'The model that answers.' },
    dataset: { type: 'dataset', rows: ['prompt', 'prompt_completion'], description: 'Prompts, one a row.' },
  },
  outputs: {
    samples: {
      type: 'samples',
      description:
        'JSONL rows of `prompt`, `response` and, where it is known, `reference`; `sample` counts several responses to a prompt from 0. With `logprobs`, `logprob_sum` and `logprob_mean` in nats; of beam search, `score`.',
    },
  },
  check: checkGenerate,
  load: () => import('./run-generate.js'),
});
