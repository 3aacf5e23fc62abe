/** `reward.function`: the rows of a dataset, each with the scores that functions give its responses. */
import { Failure, Stopped } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { RewardFunctionKindConfig } from '../../schemas/kinds/reward.function.js';
import { createRowWriter, readRows } from '../data/jsonl.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { chunks } from '../train/typed-rows.js';
import { distributionOf } from './distribution.js';
import { createRewardFunctions } from './functions.js';
import { scoredRow } from './scored-rows.js';

type Context = RunContext<RewardFunctionKindConfig>;

/** Rows whose responses are scored together: a program is started once for them. */
const chunkRows = 4096;

export async function run(context: Context): Promise<RunOutcome> {
  const { config, signal } = context;
  const functions = createRewardFunctions(config.reward_funcs, context);
  const totals: number[] = [];
  const sums = new Map(functions.names.map((name) => [name, 0]));
  const writer = await createRowWriter(context.output('scored'));
  try {
    for await (const chunk of chunks(readRows(context.input('dataset').path(), 'the dataset'), chunkRows)) {
      if (signal.aborted) throw new Stopped('Stopped while responses were being scored.');
      const rows = chunk.map(({ row, number }) => ({ ...scoredRow(row, number), row }));
      const answered = rows.flatMap(({ prompt, responses, row }) =>
        responses.map((response) => ({ prompt, response, row })),
      );
      const { total, each } = await functions.score(answered, signal);
      for (const [name, values] of Object.entries(each))
        sums.set(
          name,
          values.reduce((a, b) => a + b, sums.get(name)!),
        );
      totals.push(...total);
      const scores = total.values();
      for (const { responses, withScores } of rows)
        await writer.write(withScores(responses.map(() => scores.next().value!)));
    }
  } finally {
    await writer.close();
  }
  if (totals.length === 0) throw new Failure('dataset-empty', 'The dataset holds no responses to score.');
  const { mean, std, min, max, constant } = distributionOf(totals);
  if (constant && totals.length > 1) {
    context.warn(`All ${totals.length} responses have the same score: such a reward teaches nothing.`);
  }
  const each = [...sums].map(([name, sum]) => [`${name}_mean`, sum / totals.length]);
  const metrics = {
    score_mean: mean,
    score_std: std,
    score_min: min,
    score_max: max,
    ...(each.length > 1 ? Object.fromEntries(each) : {}),
    n: totals.length,
  };
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}
