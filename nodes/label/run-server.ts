/** `label.server`: prompts with responses in, rankings by people out. */
import { join } from 'node:path';
import { Failure, Stopped } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { LabelServerConfig } from '../../schemas/kinds/label.server.js';
import { type Row, readRows, writeRows } from '../data/jsonl.js';
import { createRandom } from '../tensor/random.js';
import { type Answer, openJournal } from './answers.js';
import { openLabelingServer } from './label-http.js';
import { type Question, readQuestions } from './questions.js';

type Context = RunContext<LabelServerConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const { config, signal } = context;
  const questions = await readQuestions(readRows(context.input('dataset').path(), 'the dataset'), context.count);
  const journal = openJournal(join(context.scratch, 'answers.jsonl'), questions);
  const total = questions.length;
  const report = () => context.progress({ step: journal.answers.size, total, unit: 'prompts' });
  try {
    const server = await openServer(context, {
      questions,
      shown: questions.map(({ responses }, index) => orderOf(responses.length, index, config)),
      journal,
      instructions: config.instructions,
      annotator: config.annotator,
      port: config.port,
      now: () => new Date(),
      onAnswer: report,
    });
    try {
      report();
      // A worker's standard output is shown as the run goes on.
      process.stdout.write(`Rank the responses at ${server.url}\n`);
      await Promise.race([server.finished, aborted(signal)]);
    } finally {
      await server.close();
    }
  } finally {
    journal.close();
  }
  if (signal.aborted) throw new Stopped(`Stopped with ${journal.answers.size} of ${total} prompts answered.`);
  return finish(context, questions, journal.answers);
}

async function openServer(context: Context, options: Parameters<typeof openLabelingServer>[0]) {
  try {
    return await openLabelingServer(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const hint = 'Leave `port` out, and a free one is taken.';
    throw new Failure('port-not-available', `Port ${context.config.port} cannot be had: ${message}.`, hint);
  }
}

function orderOf(responses: number, question: number, { shuffle, seed }: LabelServerConfig): number[] {
  if (!shuffle) return Array.from({ length: responses }, (_, index) => index);
  return [...createRandom(seed, 'order of responses', question).permutation(responses)];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function finish(
  context: Context,
  questions: readonly Question[],
  answers: ReadonlyMap<number, Answer>,
): Promise<RunOutcome> {
  const rows = questions.flatMap((question, index) => rankingRow(question, answers.get(index)!));
  const skipped = questions.length - rows.length;
  context.count('prompt skipped', skipped);
  if (rows.length === 0) throw new Failure('no-rankings', 'Every prompt was skipped.');
  await writeRows(context.output('dataset'), rows);
  return { metrics: { rankings: rows.length, skipped } };
}

function rankingRow({ prompt, responses }: Question, { ranks, annotator, at }: Answer): Row[] {
  if (ranks === null) return [];
  const ties = ranks.filter((rank) => rank.length > 1);
  const ranking = ranks.flat();
  return [{ prompt, responses, ranking, ...(ties.length > 0 ? { ties } : {}), annotator, ranked_at: at }];
}
