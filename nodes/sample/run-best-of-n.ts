/** `sample.best_of_n`: prompts in, the best of several responses out. */
import { join } from 'node:path';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { SampleBestOfNConfig } from '../../schemas/kinds/sample.best_of_n.js';
import { type Row, writeRows } from '../data/jsonl.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { sampleTable } from '../generate/sample-table.js';
import { createRewardFunctions } from '../reward/functions.js';
import { bootstrapInterval } from '../statistics/bootstrap.js';
import { meanOfSums, sumsByKey } from '../statistics/clusters.js';
import { mean } from '../statistics/spread.js';
import { bestRows, type Drawn, drawAndScore, drawMetrics, leftOut, sampleRows } from './draw.js';

export async function run(context: RunContext<SampleBestOfNConfig>): Promise<RunOutcome> {
  const drawn = await drawAndScore(context);
  const metrics = { ...drawMetrics(drawn), ...(await goldMetrics(context, drawn)) };
  context.count(...leftOut(drawn));
  await writeRows(context.output('best'), bestRows(drawn));
  await writeRows(context.output('samples'), sampleRows(drawn));
  await writeMetrics(context.output('metrics'), metrics);
  const shown = drawn.map(({ row, responses, scores, best }) => ({
    prompt: row.prompt,
    best: responses[best]!,
    score: scores[best]!,
    mean: scores.reduce((sum, score) => sum + score, 0) / scores.length,
  }));
  context.display('best responses', sampleTable(shown));
  return { metrics };
}

/** What the chosen responses are worth to functions that had no part in the choice. */
async function goldMetrics(
  context: RunContext<SampleBestOfNConfig>,
  drawn: readonly Drawn[],
): Promise<Record<string, number>> {
  const { gold_reward_funcs: entries, seed } = context.config;
  if (entries.length === 0) return {};
  const scratch = join(context.scratch, 'gold');
  const functions = createRewardFunctions(entries, { sources: context.sources, scratch });
  const chosen = drawn.map(({ row, responses, best }) => ({
    prompt: row.prompt,
    response: responses[best]!,
    row: row as unknown as Row,
  }));
  const { total } = await functions.score(chosen, context.signal);
  const sums = sumsByKey(chosen.map(({ prompt }, index) => [prompt, total[index]!]));
  const interval = bootstrapInterval(sums, meanOfSums, { resamples: 2000, confidence: 0.95, seed });
  return {
    best_gold_reward_mean: mean([...total]),
    best_gold_reward_mean_low: interval.low,
    best_gold_reward_mean_high: interval.high,
  };
}
