/** Many questions to an endpoint, some at a time, each again until its answer can be read. */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Stopped } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { EndpointConfig } from '../../schemas/kinds/judge.js';
import { openAnswerLog } from './answer-log.js';
import { askChat, type ChatAnswer, type ChatMessage } from './ask-chat.js';

const longestPause_ms = 60_000;

export interface Answers<Read> {
  /** In the order of the questions; `undefined` where no answer could be read. */
  readonly found: readonly ({ readonly text: string; readonly read: Read } | undefined)[];
  /** How often it was asked again. */
  readonly retries: number;
  /** Of what was asked again or given up, how often each happened. */
  readonly problems: Readonly<Record<string, number>>;
}

export interface Reading<Read> {
  /** What an answer says; `undefined` where it says nothing that one could use. */
  readonly parse: (text: string) => Read | undefined;
  /** What the latter is counted as. */
  readonly unreadable: string;
  /** What answers are called, in the plural. */
  readonly unit: string;
}

/**
 * Answers are kept in `scratch` as they come, so that a run that was stopped does not ask, and pay, twice. Throws `Failure` where the
 * endpoint refuses, and `Stopped`.
 */
export async function askAll<Read>(
  config: EndpointConfig,
  questions: readonly (readonly ChatMessage[])[],
  { parse, unreadable, unit }: Reading<Read>,
  context: Pick<RunContext<unknown>, 'scratch' | 'progress' | 'signal'>,
): Promise<Answers<Read>> {
  // Every question listens to it.
  const signal = AbortSignal.any([context.signal]);
  setMaxListeners(0, signal);
  const log = await openAnswerLog(context.scratch, questions.length);
  const read = (text: string | undefined) => {
    const found = text === undefined ? undefined : parse(text);
    return text === undefined || found === undefined ? undefined : { text, read: found };
  };
  const found = questions.map((_, index) => read(log.answers.get(index)));
  const problems: Record<string, number> = {};
  let retries = 0;
  let done = found.filter((answer) => answer !== undefined).length;
  const ask = async (index: number): Promise<void> => {
    for (let attempt = 0; attempt <= config.max_retries; attempt++) {
      if (attempt > 0) retries++;
      const answer = await askChat(config, questions[index]!, signal);
      const own = answer.status === 'answered' ? read(answer.text) : undefined;
      if (own) {
        found[index] = own;
        await log.write(index, own.text);
        break;
      }
      const problem = answer.status === 'answered' ? unreadable : answer.problem;
      problems[problem] = (problems[problem] ?? 0) + 1;
      if (attempt < config.max_retries) await pause(pauseAfter(answer, attempt, config), signal);
    }
    context.progress({ step: ++done, total: questions.length, unit });
  };
  const open = [...questions.keys()].filter((index) => found[index] === undefined).values();
  const worker = async () => {
    for (const index of open) await ask(index);
  };
  try {
    await Promise.all(Array.from({ length: config.concurrency }, worker));
  } finally {
    await log.close();
  }
  return { found, retries, problems };
}

/** In ms: doubled at each attempt, or what the endpoint asks for. */
function pauseAfter(answer: ChatAnswer, attempt: number, { retry_delay_seconds: seconds }: EndpointConfig): number {
  const own = seconds * 1000 * 2 ** attempt;
  const asked = answer.status === 'failed' ? (answer.retryAfter_ms ?? 0) : 0;
  return Math.min(Math.max(own, asked), longestPause_ms);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {
    throw new Stopped('Stopped while a judge was asked.');
  });
}
