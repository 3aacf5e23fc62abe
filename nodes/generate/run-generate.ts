/** `generate`: prompts in, responses out. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { GenerateConfig } from '../../schemas/kinds/generate.js';
import { writeRows } from '../data/jsonl.js';
import { typedRows } from '../train/typed-rows.js';
import { respond } from './respond.js';
import { sampleTable } from './sample-table.js';

export async function run(context: RunContext<GenerateConfig>): Promise<RunOutcome> {
  const rows: { readonly prompt: string; readonly completion?: unknown }[] = [];
  for await (const row of typedRows(context.input('dataset'), 'prompt')) rows.push(row);
  const { answers, newTokens } = await respond(
    context,
    rows.map(({ prompt }) => prompt),
  );
  const several = context.config.num_return_sequences > 1;
  const samples = rows.flatMap(({ prompt, completion }, index) =>
    answers[index]!.map(({ text, logprobs, score }, sample) => ({
      prompt,
      response: text,
      ...(typeof completion === 'string' ? { reference: completion } : {}),
      ...(several ? { sample } : {}),
      ...(logprobs ? { logprob_sum: logprobs.sum, logprob_mean: logprobs.mean } : {}),
      ...(score === undefined ? {} : { score }),
    })),
  );
  await writeRows(context.output('samples'), samples);
  context.display('samples', sampleTable(samples));
  return { metrics: { n: rows.length, new_tokens: newTokens } };
}
