/** A program of the user's as a reward: it is started anew for each batch of responses. */
import { Failure } from '../../engine/failure.js';
import type { SourceFile } from '../../engine/kind.js';
import type { RewardFunctionConfig } from '../../schemas/kinds/reward-functions.js';
import { askProgram } from '../command/ask-program.js';
import type { RewardFunction } from './functions.js';

type Options = NonNullable<RewardFunctionConfig['command']>;

/** `folder` is made anew for each call, and holds the sources. `name` is for messages. */
export function commandReward(
  name: string,
  { run, env, timeout_seconds: timeoutSeconds }: Options,
  sources: readonly SourceFile[],
  folder: string,
): RewardFunction {
  const program = {
    ...{ name: `The program of the reward \`${name}\``, code: 'reward', run, timeoutSeconds, sources, folder },
    env: env as Record<string, string>,
  };
  return async (answered, signal) => {
    if (answered.length === 0) return new Float64Array();
    const questions = answered.map(({ prompt, response, row }) => ({ prompt, response, row }));
    return numbersOf(name, await askProgram(program, questions, signal), answered.length);
  };
}

function numbersOf(name: string, lines: readonly string[], count: number): Float64Array {
  const wrong = lines.find((line) => !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(line));
  if (wrong !== undefined) {
    throw new Failure(
      'reward-not-a-number',
      `The program of the reward \`${name}\` answered ${JSON.stringify(wrong.slice(0, 80))}, which is not a number.`,
      'It must write one number a line on standard output, and all else on standard error.',
    );
  }
  if (lines.length === count) return Float64Array.from(lines, Number);
  throw new Failure(
    'reward-count',
    `The program of the reward \`${name}\` answered ${lines.length} numbers for ${count} responses.`,
  );
}
