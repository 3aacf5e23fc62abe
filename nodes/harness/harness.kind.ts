import { defineKind, type Kind } from '../../engine/kind.js';
import { type EvaluateHarnessConfig, evaluateHarnessSchema } from '../../schemas/kinds/evaluate.harness.js';

export const evaluateHarness: Kind = defineKind<EvaluateHarnessConfig>({
  name: 'evaluate.harness',
  version: 1,
  description: 'Puts a task of lm-evaluation-harness to a model, from its YAML file, and scores it as there.',
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: evaluateHarnessSchema,
  inputs: {
    model: { type: 'model', task: 'language model', description: 'The model that answers.' },
    dataset: {
      type: 'dataset',
      optional: true,
      description: 'Documents to evaluate, in place of those that the task names.',
    },
    fewshot: { type: 'dataset', optional: true, description: 'Documents that examples are taken from, likewise.' },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        'The metrics of the task under their names there, with a filter as `exact_match,<filter>`; their intervals; `n`.',
    },
    samples: {
      type: 'samples',
      description:
        'JSONL rows of `prompt`, what was answered, what it scores alone, and the document as `doc`: of choices `choices`, `answers`, `loglikelihoods`, `chosen`, `chosen_norm`; of a continuation `reference`, `loglikelihood`; of generation `reference`, `response`, `filtered`.',
    },
  },
  sources: ({ task, files }) => [
    { patterns: [task], pointer: '/task' },
    ...files.map((pattern, index) => ({ patterns: [pattern], pointer: `/files/${index}` })),
  ],
  load: () => import('./harness.js'),
});
