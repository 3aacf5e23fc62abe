/** A model behind an OpenAI-compatible endpoint as a judge. */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Stopped } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { EndpointJudgeConfig } from '../../schemas/kinds/judge.js';
import { compileTemplate, createRootScope, createScope } from '../data/template.js';
import { askChat, type ChatAnswer } from './ask-chat.js';
import type { Contest, Judge, Verdict } from './contest.js';
import { parseVerdict } from './parse-verdict.js';
import { openVerdictLog } from './verdict-log.js';

const longestPause_ms = 60_000;

/** Verdicts are kept in `scratch` as they come, so that a run that was stopped does not ask, and pay, twice. */
export function endpointJudge(
  config: EndpointJudgeConfig,
  context: Pick<RunContext<unknown>, 'scratch' | 'progress'>,
): Judge {
  const template = compileTemplate(config.prompt);
  const root = createRootScope();
  const messagesFor = (contest: Contest) => [
    ...(config.system_prompt === null ? [] : [{ role: 'system', content: config.system_prompt }]),
    { role: 'user', content: template.render(createScope(root, { ...contest })) },
  ];
  return async (contests, stop) => {
    // Every question listens to it.
    const signal = AbortSignal.any([stop]);
    setMaxListeners(0, signal);
    const log = await openVerdictLog(context.scratch, contests.length);
    const found: (Verdict | undefined)[] = contests.map((_, index) => log.verdicts.get(index));
    const problems: Record<string, number> = {};
    let retries = 0;
    let done = log.verdicts.size;
    const ask = async (index: number): Promise<void> => {
      const messages = messagesFor(contests[index]!);
      for (let attempt = 0; attempt <= config.max_retries; attempt++) {
        if (attempt > 0) retries++;
        const answer = await askChat(config, messages, signal);
        const verdict = answer.status === 'answered' ? parseVerdict(answer.text) : undefined;
        if (verdict) {
          found[index] = verdict;
          await log.write(index, verdict);
          break;
        }
        const problem = answer.status === 'answered' ? 'judge-no-verdict' : answer.problem;
        problems[problem] = (problems[problem] ?? 0) + 1;
        if (attempt < config.max_retries) await pause(pauseAfter(answer, attempt, config), signal);
      }
      context.progress({ step: ++done, total: contests.length, unit: 'verdicts' });
    };
    const open = [...contests.keys()].filter((index) => found[index] === undefined).values();
    const worker = async () => {
      for (const index of open) await ask(index);
    };
    try {
      await Promise.all(Array.from({ length: config.concurrency }, worker));
    } finally {
      await log.close();
    }
    return { verdicts: found, retries, problems };
  };
}

/** In ms: doubled at each attempt, or what the endpoint asks for. */
function pauseAfter(
  answer: ChatAnswer,
  attempt: number,
  { retry_delay_seconds: seconds }: EndpointJudgeConfig,
): number {
  const own = seconds * 1000 * 2 ** attempt;
  const asked = answer.status === 'failed' ? (answer.retryAfter_ms ?? 0) : 0;
  return Math.min(Math.max(own, asked), longestPause_ms);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {
    throw new Stopped('Stopped while a judge was asked.');
  });
}
