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
  const { texts, newTokens } = await respond(
    context,
    rows.map(({ prompt }) => prompt),
  );
  const samples = rows.map(({ prompt, completion }, index) => ({
    prompt,
    response: texts[index]!,
    ...(typeof completion === 'string' ? { reference: completion } : {}),
  }));
  await writeRows(context.output('samples'), samples);
  context.display('samples', sampleTable(samples));
  return { metrics: { n: rows.length, new_tokens: newTokens } };
}
