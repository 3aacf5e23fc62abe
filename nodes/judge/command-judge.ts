/** A program as a judge. */
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { CommandJudgeConfig } from '../../schemas/kinds/judge.js';
import { askProgram } from '../command/ask-program.js';
import { type Judge, type Verdict, verdicts } from './contest.js';

type Context = Pick<RunContext<unknown>, 'sources' | 'scratch'>;

/** Contests that it answers with something else are put to it again, together. */
export function commandJudge(config: CommandJudgeConfig, { sources, scratch }: Context): Judge {
  const program = {
    name: 'The program of the judge',
    code: 'judge',
    run: config.run,
    env: config.env as Record<string, string>,
    timeoutSeconds: config.timeout_seconds,
    sources,
    folder: join(scratch, 'judge'),
  };
  return async (contests, signal) => {
    const found: (Verdict | undefined)[] = contests.map(() => undefined);
    let left = [...contests.keys()];
    let retries = 0;
    let rubbish = 0;
    for (let attempt = 0; attempt <= config.max_retries && left.length > 0; attempt++) {
      if (attempt > 0) retries += left.length;
      const questions = left.map((index) => contests[index]!);
      const lines = await askProgram(program, questions, signal);
      if (lines.length !== left.length) throw wrongCount(lines.length, left.length);
      for (const [place, index] of left.entries()) found[index] = verdicts.find((verdict) => verdict === lines[place]);
      left = left.filter((index) => found[index] === undefined);
      rubbish += left.length;
    }
    return { verdicts: found, retries, problems: { 'judge-no-verdict': rubbish } };
  };
}

function wrongCount(found: number, asked: number): Failure {
  return new Failure(
    'judge-count',
    `The program of the judge answered ${found} lines for ${asked} questions.`,
    'It must write `first`, `second` or `tie` for each line that it reads, and all else on standard error.',
  );
}
