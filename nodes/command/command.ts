/**
 * `command`: any program as a node. It runs in a new folder that holds the files that it declares, sees its inputs as
 * paths, and little of the environment, so that what it depends on is what it says.
 */
import { copyFile, lstat, mkdir, readdir, readFile, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Failure, Stopped } from '../../engine/failure.js';
import type { Artifact, RunContext, RunOutcome } from '../../engine/kind.js';
import type { CommandConfig } from '../../schemas/kinds/command.js';
import { plainEnvironment } from './plain-environment.js';
import { type Ended, runProgram } from './program.js';

type Context = RunContext<CommandConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const { config, signal } = context;
  const folder = join(context.scratch, 'folder');
  // What an earlier attempt left there could change what this one does.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of context.sources) {
    await mkdir(dirname(join(folder, file.name)), { recursive: true });
    await copyFile(file.path, join(folder, file.name));
  }
  const inputs = Object.fromEntries(
    await Promise.all(
      context.wired.map(
        async (port) => [port, await pathsOf(context.inputs(port), join(context.scratch, 'inputs', port))] as const,
      ),
    ),
  );
  const outputs = Object.fromEntries(Object.keys(config.outputs).map((port) => [port, context.output(port)]));
  const ended = await runProgram({
    program: programOf(config.run, inputs, outputs),
    folder,
    environment: environmentOf(config.env as Record<string, string>, inputs, outputs),
    signal,
  });
  if (signal.aborted) throw new Stopped();
  if (ended.exitCode !== 0) throw failed(ended);
  const metrics: Record<string, number> = {};
  for (const [port, path] of Object.entries(outputs)) {
    await assertOutput(port, path);
    const declared = config.outputs[port];
    if ((typeof declared === 'string' ? declared : declared?.type) === 'metrics') {
      Object.assign(metrics, await readMetrics(port, path));
    }
  }
  await rm(folder, { recursive: true, force: true });
  return { metrics };
}

/** Paths of what is wired to a port: a file in the store as it is, a directory as links to the files in the store. */
async function pathsOf(artifacts: readonly Artifact[], folder: string): Promise<readonly string[]> {
  await rm(folder, { recursive: true, force: true });
  return Promise.all(
    artifacts.map(async (artifact, index) => {
      const entries = artifact.entries();
      if (entries.length === 0) return artifact.path();
      const own = join(folder, String(index));
      for (const entry of entries) {
        await mkdir(dirname(join(own, entry)), { recursive: true });
        await symlink(artifact.path(entry), join(own, entry));
      }
      return own;
    }),
  );
}

type Paths = Readonly<Record<string, readonly string[]>>;

/** The shell's text as it is: paths reach it as variables, which need no quoting. */
function programOf(
  written: CommandConfig['run'],
  inputs: Paths,
  outputs: Readonly<Record<string, string>>,
): readonly string[] {
  if (typeof written === 'string') return ['/bin/sh', '-e', '-c', written];
  return written.flatMap((argument) => {
    const whole = /^\{inputs\.([a-z][a-z0-9_]*)\}$/.exec(argument)?.[1];
    if (whole !== undefined) return inputs[whole] ?? unknownPlace(argument);
    return argument.replace(/\{(inputs|outputs)\.([a-z][a-z0-9_]*)\}/g, (place, side: string, port: string) => {
      return (side === 'inputs' ? inputs[port]?.join(' ') : outputs[port]) ?? unknownPlace(place);
    });
  });
}

function unknownPlace(place: string): never {
  throw new Failure(
    'command-unknown-port',
    `The command names ${place}, and the node has no such port.`,
    'Wire it under `inputs`, or declare it under `outputs`.',
  );
}

function environmentOf(
  own: Readonly<Record<string, string>>,
  inputs: Paths,
  outputs: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...plainEnvironment(),
    ...own,
    ...Object.fromEntries(
      Object.entries(inputs).map(([port, paths]) => [`INPUT_${port.toUpperCase()}`, paths.join('\n')]),
    ),
    ...Object.fromEntries(Object.entries(outputs).map(([port, path]) => [`OUTPUT_${port.toUpperCase()}`, path])),
  };
}

function failed({ exitCode, signal, cannotStart, lastLines }: Ended): Failure {
  if (cannotStart !== undefined) {
    return new Failure('command-not-started', `The command could not be started: ${cannotStart}`);
  }
  const how = signal === undefined ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
  const said = lastLines.length === 0 ? '' : `; it said last:\n${lastLines.map((line) => `  ${line}`).join('\n')}`;
  return new Failure('command-failed', `The command ${how}${said}`);
}

/** An output must be all there, and hold nothing that lies elsewhere and may change. */
async function assertOutput(port: string, path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) {
    throw new Failure(
      'command-output-missing',
      `The command has written nothing at its output ${port}.`,
      `It must write to the path in $OUTPUT_${port.toUpperCase()}.`,
    );
  }
  if (found.isSymbolicLink()) throw linkFailure(port, path);
  if (!found.isDirectory()) return;
  const top = await realpath(path);
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const link = join(entry.parentPath, entry.name);
    const target = await realpath(link).catch(() => undefined);
    const leaves = target === undefined || !(target === top || target.startsWith(top + sep));
    if (leaves || (await readlink(link)).startsWith('/')) throw linkFailure(port, link);
  }
}

function linkFailure(port: string, path: string): Failure {
  return new Failure(
    'command-output-link',
    `The output ${port} has a symbolic link that leads out of it: ${path}`,
    'Write the content itself; what a link leads to could change later.',
  );
}

async function readMetrics(port: string, path: string): Promise<Record<string, number>> {
  const invalid = (what: string): Failure =>
    new Failure('metrics-invalid', `The output ${port} must be one JSON object of finite numbers: ${what}.`);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw invalid((error as Error).message);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('it is none');
  for (const [name, number] of Object.entries(value)) {
    if (typeof number !== 'number') throw invalid(`${name} is ${JSON.stringify(number)}`);
  }
  return value as Record<string, number>;
}
