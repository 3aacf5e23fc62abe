import { defineKind, type InputPort, type Kind, type OutputPort } from '../../engine/kind.js';
import { type EvaluateWinRateConfig, evaluateWinRateSchema } from '../../schemas/kinds/evaluate.win_rate.js';
import { templateProblem } from '../data/template.js';
import { checkGeneration } from '../generate/check-generation.js';
import { checkRewardFunctions, rewardSources } from '../reward/check-functions.js';
import { rewardModelPort } from '../reward/ports.js';

const models: Readonly<Record<string, InputPort>> = {
  model: { type: 'model', task: 'language model', description: 'The model whose responses are to win.' },
  baseline: { type: 'model', task: 'language model', description: 'The model that it is compared with.' },
  dataset: { type: 'dataset', rows: ['prompt', 'prompt_completion'], description: 'Prompts that both answer.' },
};

const samples: Readonly<Record<string, InputPort>> = {
  samples: {
    type: 'any',
    description: 'In place of models: responses, as of `generate`; or a dataset of prompts with completions.',
  },
  baseline_samples: { type: 'any', description: 'Responses of the baseline to the same prompts, in the same order.' },
};

const outputs: Readonly<Record<string, OutputPort<EvaluateWinRateConfig>>> = {
  metrics: {
    type: 'metrics',
    description:
      '`win_rate` with ties as halves; `win_rate_low` and `win_rate_high` by the bootstrap over prompts, `wilson_low` and `wilson_high`; `wins`, `ties`, `losses`, `n`, `unjudged`, `consistency` of both orders, `first_preference`, `retries`; of rewards also `score_mean` and `baseline_score_mean`.',
  },
  samples: {
    type: 'samples',
    description:
      'JSONL rows of `prompt`, `response`, `baseline`, `won` (1, 0, or between; null where it was not judged), and both `verdicts` or scores.',
  },
};

const optional = (ports: Readonly<Record<string, InputPort>>) =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, { ...port, optional: true }]));

export const evaluateWinRate: Kind = defineKind<EvaluateWinRateConfig>({
  name: 'evaluate.win_rate',
  version: 1,
  description: "How often a model's responses are better than another's, by rewards or by a judge, in both orders.",
  runs: 'worker',
  resources: { cpus: 'all' },
  schema: evaluateWinRateSchema,
  inputs: { ...optional(models), ...optional(samples), reward_model: rewardModelPort },
  outputs,
  ports: ({ inputs }) => ({
    inputs: {
      ...(inputs.some((port) => port in samples) ? samples : models),
      reward_model: rewardModelPort,
    },
    outputs,
  }),
  sources: ({ reward_funcs, judge }) => [
    ...rewardSources(reward_funcs),
    ...(judge?.command?.files ?? []).map((pattern, index) => ({
      patterns: [pattern],
      pointer: `/judge/command/files/${index}`,
    })),
  ],
  check: (config) => [...checkGeneration(config), ...checkRewardFunctions(config.reward_funcs), ...checkJudge(config)],
  load: () => import('./run-win-rate.js'),
});

function checkJudge({ judge, reward_funcs: functions, tie_margin: margin }: EvaluateWinRateConfig) {
  if (judge === null) return [];
  const beside = 'has no effect beside judge';
  const problem = judge.endpoint && templateProblem(judge.endpoint.prompt);
  return [
    ...(functions.length > 0 ? [{ pointer: '/reward_funcs', message: beside, hint: 'Leave one of the two out.' }] : []),
    ...(margin > 0 ? [{ pointer: '/tie_margin', message: beside }] : []),
    ...(problem ? [{ pointer: '/judge/endpoint/prompt', message: problem }] : []),
  ];
}
