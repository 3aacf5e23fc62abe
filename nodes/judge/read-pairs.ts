/** The responses that are compared: generated here, or read. */
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact, RunContext } from '../../engine/kind.js';
import type { GenerationConfig } from '../../schemas/kinds/generation.js';
import { type Row, readRows } from '../data/jsonl.js';
import { respond } from '../generate/respond.js';
import { scoredRow } from '../reward/scored-rows.js';
import { typedRows } from '../train/typed-rows.js';
import type { Pair } from './contest.js';

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

async function readResponses(artifact: Artifact, port: string) {
  const responses: { readonly prompt: string; readonly response: string; readonly row: Row }[] = [];
  for await (const { row, number } of readRows(artifact.path(), `the input ${port}`)) {
    const scored = scoredRow(row, number);
    if (scored.responses.length !== 1) throw severalResponses(port, number);
    responses.push({ prompt: scored.prompt, response: scored.responses[0]!, row });
  }
  return responses;
}

function severalResponses(port: string, number: number): Failure {
  return new Failure(
    'row-type-mismatch',
    `Row ${number} of ${port} has not one response.`,
    'A row has a prompt with a response, or with a completion.',
  );
}
