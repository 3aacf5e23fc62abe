/** A folder with a pipeline in it, and the real command line to run there. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import type { Test } from 'tap';

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as NDJSON. */
  readonly events: readonly Record<string, unknown>[];
}

type Started = ReturnType<typeof startProcess>;

function startProcess(main: string, words: readonly string[], cwd: string, env: Record<string, string>) {
  return execa(process.execPath, [main, ...words], { cwd, env, reject: false, maxBuffer: 50_000_000 });
}

/** Reads a started command's standard output up to the next line that matches, as often as it is called. */
export function lineReader(started: Started): (pattern: RegExp) => Promise<string> {
  const lines = started.iterable()[Symbol.asyncIterator]();
  return async (pattern) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`it ended before ${pattern}`);
      if (pattern.test(String(value))) return String(value);
    }
  };
}

export interface Rig {
  readonly directory: string;
  path(name: string): string;
  write(name: string, text: string): void;
  read(name: string): string;
  /** Starts the command line and leaves it running. */
  start(...words: string[]): Started;
  lapidary(...words: string[]): Promise<Outcome>;
}

const fakeMain = resolve('dist/test/engine/fake/main.js');

/** Makes the folder; it goes away with the test. `main` is the compiled command line to run. */
export function makeRig(t: Test, environment: Record<string, string> = {}, main = fakeMain): Rig {
  const directory = mkdtempSync(join(tmpdir(), 'lapidary-rig-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  const variables = { LAPIDARY_HOME: join(directory, '.lapidary'), NO_COLOR: '1', ...environment };
  const start = (...words: string[]) => startProcess(main, words, directory, variables);
  return {
    directory,
    start,
    path: (name) => join(directory, name),
    write(name, text) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    },
    read: (name) => readFileSync(join(directory, name), 'utf8'),
    async lapidary(...words) {
      const { exitCode, stdout, stderr } = await start(...words);
      return {
        exitCode: exitCode ?? -1,
        stdout: String(stdout),
        stderr: String(stderr),
        events: parseLines(String(stdout)),
      };
    },
  };
}

function parseLines(text: string): Record<string, unknown>[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Record<string, unknown>];
    } catch {
      return [];
    }
  });
}

/** Status of each node, from the events of `run --json`. */
export function statuses(outcome: Outcome): Record<string, string> {
  const finished = outcome.events.filter(({ event }) => event === 'node.finished');
  return Object.fromEntries(finished.map(({ node, status }) => [node, status]));
}
