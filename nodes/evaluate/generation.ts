/** `evaluate.generation`: how often, and how nearly, a model's answers are the right ones. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateGenerationConfig } from '../../schemas/kinds/evaluate.generation.js';
import { writeRows } from '../data/jsonl.js';
import type { PromptCompletionRow } from '../data/row-types.js';
import { respond } from '../generate/respond.js';
import { sampleTable } from '../generate/sample-table.js';
import { typedRows } from '../train/typed-rows.js';
import { writeMetrics } from './metrics-file.js';
import { exactMatch, tokenF1 } from './squad.js';

export async function run(context: RunContext<EvaluateGenerationConfig>): Promise<RunOutcome> {
  const rows: PromptCompletionRow[] = [];
  for await (const row of typedRows(context.input('dataset'), 'prompt_completion')) rows.push(row);
  if (rows.length === 0) throw new Failure('dataset-empty', 'The dataset holds no prompts to evaluate.');
  const { texts } = await respond(
    context,
    rows.map(({ prompt }) => prompt),
  );
  const samples = rows.map(({ prompt, completion }, index) => {
    const response = texts[index]!;
    return {
      prompt,
      reference: completion,
      response,
      exact_match: exactMatch(response, completion),
      token_f1: tokenF1(response, completion),
    };
  });
  const mean = (score: 'exact_match' | 'token_f1') =>
    samples.reduce((sum, sample) => sum + sample[score], 0) / samples.length;
  const metrics = { exact_match: mean('exact_match'), token_f1: mean('token_f1'), n: samples.length };
  await writeRows(context.output('samples'), samples);
  await writeMetrics(context.output('metrics'), metrics);
  context.display('samples', sampleTable(samples));
  return { metrics };
}
