/** A program of the user's as a reward: it is started anew for each batch of responses. */
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure, Stopped } from '../../engine/failure.js';
import type { SourceFile } from '../../engine/kind.js';
import type { RewardFunctionConfig } from '../../schemas/kinds/reward-functions.js';
import { plainEnvironment } from '../command/plain-environment.js';
import { type Ended, runProgram } from '../command/program.js';
import type { RewardFunction } from './functions.js';

type Options = NonNullable<RewardFunctionConfig['command']>;

/** `folder` is made anew for each call, and holds the sources. `name` is for messages. */
export function commandReward(
  name: string,
  { run, env, timeout_seconds: timeoutSeconds }: Options,
  sources: readonly SourceFile[],
  folder: string,
): RewardFunction {
  return async (answered, signal) => {
    if (answered.length === 0) return new Float64Array();
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const source of sources) {
      await mkdir(dirname(join(folder, source.name)), { recursive: true });
      await copyFile(source.path, join(folder, source.name));
    }
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    const answers: string[] = [];
    const ended = await runProgram({
      program: typeof run === 'string' ? ['/bin/sh', '-e', '-c', run] : run,
      folder,
      environment: { ...plainEnvironment(), ...(env as Record<string, string>) },
      signal: AbortSignal.any([signal, timeout]),
      input: answered.map(({ prompt, response, row }) => `${JSON.stringify({ prompt, response, row })}\n`).join(''),
      onLine: (line) => void answers.push(line),
    });
    if (signal.aborted) throw new Stopped('Stopped while a program scored responses.');
    if (ended.exitCode !== 0 && timeout.aborted) {
      throw new Failure(
        'reward-timeout',
        `The program of the reward \`${name}\` took more than ${timeoutSeconds} s for ${answered.length} responses.`,
        'Raise timeout_seconds.',
      );
    }
    if (ended.exitCode !== 0) throw failed(name, ended);
    return numbersOf(name, answers, answered.length);
  };
}

function numbersOf(name: string, lines: readonly string[], count: number): Float64Array {
  const written = lines.map((line) => line.trim()).filter((line) => line !== '');
  const wrong = written.find((line) => !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(line));
  if (wrong !== undefined) {
    throw new Failure(
      'reward-not-a-number',
      `The program of the reward \`${name}\` answered ${JSON.stringify(wrong.slice(0, 80))}, which is not a number.`,
      'It must write one number a line on standard output, and all else on standard error.',
    );
  }
  if (written.length === count) return Float64Array.from(written, Number);
  throw new Failure(
    'reward-count',
    `The program of the reward \`${name}\` answered ${written.length} numbers for ${count} responses.`,
  );
}

function failed(name: string, { exitCode, signal, cannotStart, lastLines }: Ended): Failure {
  if (cannotStart !== undefined) {
    return new Failure('reward-failed', `The program of the reward \`${name}\` could not be started: ${cannotStart}`);
  }
  const how = signal === undefined ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
  const said = lastLines.length === 0 ? '' : `; it said last:\n${lastLines.map((line) => `  ${line}`).join('\n')}`;
  return new Failure('reward-failed', `The program of the reward \`${name}\` ${how}${said}`);
}
