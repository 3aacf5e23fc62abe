import pc from 'picocolors';
import type { EventSink } from '../kind.js';
import { lockPath } from '../lock-file.js';
import { dependenciesOf, type Plan } from '../plan.js';
import { humanReporter, jsonReporter } from '../report/reporter.js';
import { type FinishedRun, run } from '../session.js';
import {
  type CliContext,
  type PipelineOptions,
  pipelineOptions,
  type RegisterCommand,
  updateSources,
} from './command.js';
import { openPlan } from './open-pipeline.js';
import { exitCodes, print, printDiagnostics, shownPath, UsageError } from './output.js';
import { stopSignal } from './stop-signal.js';

export interface RunCommandOptions extends PipelineOptions {
  readonly frozen?: boolean;
  readonly logDir?: string;
  readonly updateSources?: boolean;
}

export const registerRun: RegisterCommand = (program, context) => {
  pipelineOptions(program.command('run [pipeline]'), context)
    .description('run what has changed; everything else comes from the store')
    .option('--frozen', 'fail where the lock file would change')
    .option('--log-dir <folder>', 'write curves and metrics there for TensorBoard, too')
    .option(...updateSources)
    .action(async (file: string | undefined, options: RunCommandOptions) => {
      const opened = await openPlan(file, options, context);
      if (!opened) return;
      const { planned } = opened;
      // That types are not checked is told by `check`; it is no news at every run.
      const warnings = opened.warnings.filter(({ code }) => code !== 'not-type-checked');
      if (warnings.length > 0 && !options.json) printDiagnostics(warnings, false);
      const reporter = options.json
        ? jsonReporter((line) => process.stdout.write(line))
        : humanReporter(process.stdout);
      const log = options.logDir === undefined ? undefined : await openLog(options.logDir, context);
      const stop = stopSignal(options.json === true);
      const finished = await run(opened.session, planned, {
        signal: stop.signal,
        emit(event) {
          reporter.event(event);
          log?.event(event);
        },
        frozen: options.frozen === true,
      }).finally(() => {
        stop.dispose();
        reporter.close();
        log?.close();
      });
      if (!finished.ok) {
        printDiagnostics(finished.diagnostics, options.json === true);
        return context.exit(exitCodes.invalid);
      }
      if (!options.json) print(closingText(planned, finished.value));
      setExitCode(finished.value, context);
    });
};

async function openLog(folder: string, { catalog }: CliContext): Promise<EventSink | undefined> {
  try {
    return await catalog.openLogDirectory?.(folder);
  } catch (error) {
    throw new UsageError(`--log-dir: ${(error as Error).message}`);
  }
}

export function setExitCode({ result }: FinishedRun, context: CliContext): void {
  if (result.status === 'failed') context.exit(exitCodes.failed);
  if (result.status === 'interrupted') context.exit(exitCodes.interrupted);
}

/** What the last nodes of the graph have to show, where the lock file stands, and how to prove the result. */
export function closingText(planned: Plan, { result, record, lockChanged }: FinishedRun): string {
  const used = new Set(planned.nodes.flatMap(({ node }) => dependenciesOf(node)));
  const shown = planned.nodes.flatMap(({ node }) => {
    const { trace } = result.nodes.get(node.id)!;
    return trace && !used.has(node.id)
      ? trace.displays.map(({ title, text }) => `\n${pc.bold(`${node.id}: ${title}`)}\n${text}`)
      : [];
  });
  const lock = lockChanged ? [pc.dim(`wrote ${shownPath(lockPath(planned.pipeline.file))}`)] : [];
  const proof =
    result.status === 'done'
      ? [pc.dim(`lapidary reproduce ${record.experiment.slice(0, 12)}  executes it again and compares every byte`)]
      : [];
  return [...shown, ...(shown.length > 0 ? [''] : []), ...lock, ...proof].join('\n');
}
