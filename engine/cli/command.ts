/** What a command of the command line is: its words and options at hand, its work loaded when it is called. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Catalog } from '../kind.js';

export interface CliContext {
  readonly catalog: Catalog;
  /** Sets the exit code of the process. */
  exit(code: number): void;
}

/** Adds one command to the program. */
export type RegisterCommand = (program: Command, context: CliContext) => void;

/** `-p name=value`, as often as there are parameters to set. */
export function collectParameter(text: string, before: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It takes name=value.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

export interface PipelineOptions {
  readonly json?: boolean;
  readonly param?: Record<string, string>;
  readonly device?: string;
}

/** The option of the commands that may move pins. */
export const updateSources = [
  '--update-sources',
  'look up again what revisions such as main mean, whatever the lock file says',
] as const;

/** The options of every command that plans a pipeline. */
export function pipelineOptions(command: Command, context: CliContext): Command {
  return command
    .option('-p, --param <name=value>', 'set a parameter of the pipeline; may be given again', collectParameter, {})
    .option('--device <name>', `what tensors run on: auto, ${context.catalog.devices.join(', ')}`, 'auto')
    .option('--json', 'print JSON for programs');
}
