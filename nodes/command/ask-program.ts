/** Puts a list of questions to a program of the user's, which answers each with a line. It is started anew each time. */
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure, Stopped } from '../../engine/failure.js';
import type { SourceFile } from '../../engine/kind.js';
import { plainEnvironment } from './plain-environment.js';
import { type Ended, runProgram } from './program.js';

export interface AskedProgram {
  /** For messages: `The program of the reward \`x\``. */
  readonly name: string;
  /** Begins the codes of failures: `reward-timeout`, `reward-failed`. */
  readonly code: string;
  readonly run: string | readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly sources: readonly SourceFile[];
  /** Made anew for each call; it holds the sources. */
  readonly folder: string;
}

/**
 * The lines of its standard output that are not blank, trimmed. It reads each question as a line of JSON on its standard
 * input, to the end. Throws `Failure` where it fails or takes too long, and `Stopped`.
 */
export async function askProgram(
  asked: AskedProgram,
  questions: readonly object[],
  signal: AbortSignal,
): Promise<string[]> {
  const { name, code, run, env, timeoutSeconds, sources, folder } = asked;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const source of sources) {
    await mkdir(dirname(join(folder, source.name)), { recursive: true });
    await copyFile(source.path, join(folder, source.name));
  }
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  const lines: string[] = [];
  const ended = await runProgram({
    program: typeof run === 'string' ? ['/bin/sh', '-e', '-c', run] : run,
    folder,
    environment: { ...plainEnvironment(), ...env },
    signal: AbortSignal.any([signal, timeout]),
    input: questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
    onLine: (line) => void lines.push(line.trim()),
  });
  if (signal.aborted) throw new Stopped(`Stopped while ${name.replace(/^T/, 't')} answered.`);
  if (ended.exitCode !== 0 && timeout.aborted) {
    throw new Failure(
      `${code}-timeout`,
      `${name} took more than ${timeoutSeconds} s for ${questions.length} responses.`,
      'Raise timeout_seconds.',
    );
  }
  if (ended.exitCode !== 0) throw failed(name, code, ended);
  return lines.filter((line) => line !== '');
}

function failed(name: string, code: string, { exitCode, signal, cannotStart, lastLines }: Ended): Failure {
  if (cannotStart !== undefined) return new Failure(`${code}-failed`, `${name} could not be started: ${cannotStart}`);
  const how = signal === undefined ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
  const said = lastLines.length === 0 ? '' : `; it said last:\n${lastLines.map((line) => `  ${line}`).join('\n')}`;
  return new Failure(`${code}-failed`, `${name} ${how}${said}`);
}
