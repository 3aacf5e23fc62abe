import { defineKind, type Kind } from '../../engine/kind.js';
import { type EvaluateJudgeConfig, evaluateJudgeSchema } from '../../schemas/kinds/evaluate.judge.js';
import { templateProblem } from '../data/template.js';

export const evaluateJudge: Kind = defineKind<EvaluateJudgeConfig>({
  name: 'evaluate.judge',
  version: 1,
  description: 'Lets a model behind an OpenAI-compatible endpoint grade responses, by a rubric: a score, or a label.',
  runs: 'inline',
  schema: evaluateJudgeSchema,
  inputs: {
    samples: {
      type: 'any',
      description:
        'Responses, as of `generate`; or a dataset of prompts with completions. A `reference` is shown, too.',
    },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      description:
        '`score`, or the part of each label under its name, with intervals by the bootstrap over prompts; `n`, `unparsable`, `retries`.',
    },
    samples: {
      type: 'samples',
      description:
        'The rows, each with `score` or `label` (null where it was not graded) and the `judgement` in words.',
    },
  },
  check: ({ prompt, labels, min_score: min, max_score: max }) => {
    const problem = templateProblem(prompt);
    const lower = labels.map((label) => label.trim().toLowerCase());
    const twice = lower.findIndex((label, index) => lower.indexOf(label) < index);
    return [
      ...(problem ? [{ pointer: '/prompt', message: problem }] : []),
      ...(labels.length === 1 ? [{ pointer: '/labels', message: 'must be two labels or more' }] : []),
      ...(twice >= 0 ? [{ pointer: `/labels/${twice}`, message: 'differs from another label only in case' }] : []),
      ...(min < max ? [] : [{ pointer: '/max_score', message: `must be above min_score, which is ${min}` }]),
    ];
  },
  load: () => import('./run-judge.js'),
});
