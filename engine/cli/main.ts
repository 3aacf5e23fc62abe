/** The command line: finds the command, runs it, and turns what comes out into an exit code. */
import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import type { Catalog } from '../kind.js';
import { lapidaryVersion } from '../version.js';
import type { CliContext, RegisterCommand } from './command.js';
import { exitCodes, UsageError } from './output.js';

export type Commands = Readonly<Record<string, () => Promise<RegisterCommand>>>;

/** Each command's module is imported when it is the one that was called, so that a short answer comes fast. */
const ownCommands: Commands = {
  check: async () => (await import('./check.js')).registerCheck,
  plan: async () => (await import('./plan.js')).registerPlan,
  run: async () => (await import('./run.js')).registerRun,
  watch: async () => (await import('./watch.js')).registerWatch,
  explain: async () => (await import('./explain.js')).registerExplain,
  graph: async () => (await import('./graph.js')).registerGraph,
  runs: async () => (await import('./runs.js')).registerRuns,
  show: async () => (await import('./show.js')).registerShow,
  diff: async () => (await import('./diff.js')).registerDiff,
  metrics: async () => (await import('./metrics.js')).registerMetrics,
  reproduce: async () => (await import('./reproduce.js')).registerReproduce,
  restore: async () => (await import('./restore.js')).registerRestore,
  gc: async () => (await import('./gc.js')).registerGc,
  verify: async () => (await import('./verify.js')).registerVerify,
  kinds: async () => (await import('./kinds.js')).registerKinds,
  doctor: async () => (await import('./doctor.js')).registerDoctor,
};

/**
 * Runs one command line and returns its exit code. `further` are commands that know more than the engine does, such as
 * what a model is.
 */
export async function main(catalog: Catalog, words: readonly string[], further: Commands = {}): Promise<number> {
  const commands = { ...ownCommands, ...further };
  // A reader that has seen enough (`lapidary runs | head -1`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.done);
    throw error;
  });
  let code: number = exitCodes.done;
  const context: CliContext = {
    catalog,
    exit: (wanted) => {
      code = wanted;
    },
  };
  try {
    const program = await createProgram(commands, words[0], context);
    await program.parseAsync(words as string[], { from: 'user' });
    return code;
  } catch (error) {
    return report(error);
  }
}

async function createProgram(commands: Commands, first: string | undefined, context: CliContext): Promise<Command> {
  const program = new Command('lapidary')
    .description('A declarative workflow engine for fine-tuning language models.')
    .version(lapidaryVersion, '-V, --version')
    .showHelpAfterError(false)
    .exitOverride();
  const chosen = first !== undefined && Object.hasOwn(commands, first) ? [commands[first]!] : Object.values(commands);
  for (const register of await Promise.all(chosen.map((load) => load()))) register(program, context);
  return program;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.invalid;
  if (error instanceof UsageError) {
    process.stderr.write(`${pc.red('error')}: ${error.message}\n`);
    return exitCodes.invalid;
  }
  const { name, code, hint, message, stack } = error as Error & { code?: string; hint?: string };
  if (name === 'StoreError' || name === 'Failure') {
    process.stderr.write(`${pc.red(`error[${code}]`)}: ${message}\n${hint ? `  ${pc.cyan('help:')} ${hint}\n` : ''}`);
    return code === 'frozen-lock-differs' ? exitCodes.invalid : exitCodes.failed;
  }
  process.stderr.write(`${pc.red('this is a bug in Lapidary')}: ${stack ?? message}\n`);
  return exitCodes.failed;
}
