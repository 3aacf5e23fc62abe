/** The responses that are compared: generated here, or read. */
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { GenerationConfig } from '../../schemas/kinds/generation.js';
import type { Row } from '../data/jsonl.js';
import { respond } from '../generate/respond.js';
import { typedRows } from '../train/typed-rows.js';
import type { Pair } from './contest.js';
import { readResponses } from './read-responses.js';

type Context = RunContext<GenerationConfig>;

/** From `samples` and `baseline_samples` where they are wired, else from what `model` and `baseline` answer `dataset`. */
export async function readPairs(context: Context): Promise<Pair[]> {
  const pairs = context.wired.includes('samples') ? await readSamples(context) : await generatePairs(context);
  if (pairs.length > 0) return pairs;
  throw new Failure('dataset-empty', 'There are no responses to compare.');
}

async function generatePairs(context: Context): Promise<Pair[]> {
  const rows: { readonly prompt: string }[] = [];
  for await (const row of typedRows(context.input('dataset'), 'prompt')) rows.push(row);
  const prompts = rows.map(({ prompt }) => prompt);
  const { texts: own } = await respond(context, prompts);
  const { texts: others } = await respond(withBaseline(context), prompts);
  return rows.map((row, index) => ({
    prompt: row.prompt,
    response: own[index]!,
    baseline: others[index]!,
    row: row as unknown as Row,
  }));
}

/** The same, with the baseline where the model was. */
function withBaseline(context: Context): Context {
  return {
    ...context,
    scratch: join(context.scratch, 'baseline'),
    input: (port) => context.input(port === 'model' ? 'baseline' : port),
  };
}

async function readSamples(context: Context): Promise<Pair[]> {
  const own = await readResponses(context.input('samples'), 'samples');
  const others = await readResponses(context.input('baseline_samples'), 'baseline_samples');
  if (own.length !== others.length) {
    throw new Failure('samples-mismatch', `There are ${own.length} samples, and ${others.length} of the baseline.`);
  }
  return own.map(({ prompt, response, row }, index) => {
    const other = others[index]!;
    if (other.prompt === prompt) return { prompt, response, baseline: other.response, row };
    throw new Failure(
      'samples-mismatch',
      `Sample ${index + 1} and that of the baseline answer different prompts.`,
      'Compare responses to the same dataset, in the same order.',
    );
  });
}
