/** A model behind an OpenAI-compatible endpoint as a judge of two responses. */
import type { RunContext } from '../../engine/kind.js';
import type { EndpointJudgeConfig } from '../../schemas/kinds/judge.js';
import { askAll } from './ask-all.js';
import type { Judge } from './contest.js';
import { parseVerdict } from './parse-verdict.js';
import { questionsFor } from './questions.js';

export function endpointJudge(
  config: EndpointJudgeConfig,
  { scratch, progress }: Pick<RunContext<unknown>, 'scratch' | 'progress'>,
): Judge {
  const reading = { parse: parseVerdict, unreadable: 'judge-no-verdict', unit: 'verdicts' };
  return async (contests, signal) => {
    const answers = await askAll(config, questionsFor(config, contests), reading, { scratch, progress, signal });
    return { ...answers, verdicts: answers.found.map((answer) => answer?.read) };
  };
}
