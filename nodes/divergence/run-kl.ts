/** `evaluate.kl`: responses that a policy draws, how much likelier it finds them than its reference, and what they earn. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateKlConfig } from '../../schemas/kinds/evaluate.kl.js';
import { type Row, writeRows } from '../data/jsonl.js';
import type { PromptRow } from '../data/row-types.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { scoreAnswers } from '../reward/score-answers.js';
import { bootstrapInterval } from '../statistics/bootstrap.js';
import { meanOfSums, sumsByKey } from '../statistics/clusters.js';
import { mean } from '../statistics/spread.js';
import { typedRows } from '../train/typed-rows.js';
import { type Drawn, drawResponses } from './draw-responses.js';

type Context = RunContext<EvaluateKlConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const rows: PromptRow[] = [];
  for await (const row of typedRows(context.input('dataset'), 'prompt')) rows.push(row);
  if (rows.length === 0) throw new Failure('dataset-empty', 'The dataset holds no prompts.');
  const drawn = await drawResponses(context, rows);
  const scores = await rewards(context, drawn);
  await writeRows(
    context.output('samples'),
    drawn.map(({ row, response, k1, k3 }, index) => ({
      ...{ prompt: row.prompt, response, kl_k1: k1, kl_k3: k3 },
      ...(scores ? { score: scores[index] } : {}),
    })),
  );
  const metrics = metricsOf(context.config, drawn, scores);
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}

async function rewards(context: Context, drawn: readonly Drawn[]): Promise<Float64Array | undefined> {
  if (!context.optionalInput('reward_model') && context.config.reward_funcs.length === 0) return undefined;
  const answered = drawn.map(({ row, response }) => ({ prompt: row.prompt, response, row: row as unknown as Row }));
  return (await scoreAnswers(context, answered)).total;
}

function metricsOf(config: EvaluateKlConfig, drawn: readonly Drawn[], scores: Float64Array | undefined) {
  const { confidence_level: confidence, bootstrap_resamples: resamples, seed } = config;
  const estimate = (name: string, values: ArrayLike<number>) => {
    const sums = sumsByKey(drawn.map(({ row }, index) => [row.prompt, values[index]!]));
    const { low, high } = bootstrapInterval(sums, meanOfSums, { resamples, confidence, seed });
    return { [name]: mean(Array.from(values)), [`${name}_low`]: low, [`${name}_high`]: high };
  };
  const k1 = drawn.map((one) => one.k1);
  const tokens = drawn.reduce((sum, one) => sum + one.tokens, 0);
  return {
    ...estimate('kl_k1', k1),
    ...estimate(
      'kl_k3',
      drawn.map((one) => one.k3),
    ),
    kl_per_token: k1.reduce((sum, value) => sum + value, 0) / tokens,
    response_tokens: tokens / drawn.length,
    ...(scores ? estimate('reward_mean', scores) : {}),
    n: drawn.length,
  };
}
