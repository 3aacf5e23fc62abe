/** `sample.best_of_n`: prompts in, the best of several responses out. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { SampleBestOfNConfig } from '../../schemas/kinds/sample.best_of_n.js';
import { writeRows } from '../data/jsonl.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { sampleTable } from '../generate/sample-table.js';
import { bestRows, drawAndScore, drawMetrics, leftOut, sampleRows } from './draw.js';

export async function run(context: RunContext<SampleBestOfNConfig>): Promise<RunOutcome> {
  const drawn = await drawAndScore(context);
  const metrics = drawMetrics(drawn);
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
