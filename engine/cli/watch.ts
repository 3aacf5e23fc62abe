import pc from 'picocolors';
import { plural } from '../report/format.js';
import { humanReporter, jsonReporter, type Reporter } from '../report/reporter.js';
import { watch } from '../watch.js';
import { type PipelineOptions, pipelineOptions, type RegisterCommand } from './command.js';
import { sessionOptions } from './open-pipeline.js';
import { print, printDiagnostics, printJson, shownPath } from './output.js';
import { closingText } from './run.js';
import { stopSignal } from './stop-signal.js';

export const registerWatch: RegisterCommand = (program, context) => {
  pipelineOptions(program.command('watch [pipeline]'), context)
    .description('run again whenever the pipeline or its data is saved')
    .action(async (file: string | undefined, options: PipelineOptions) => {
      const session = sessionOptions(file, options, context);
      const json = options.json === true;
      const stop = stopSignal(true);
      let reporter: Reporter | undefined;
      const closeReporter = () => {
        reporter?.close();
        reporter = undefined;
      };
      await watch({
        session,
        signal: stop.signal,
        onPlan() {
          reporter = json ? jsonReporter((line) => process.stdout.write(line)) : humanReporter(process.stdout);
        },
        onEvent: (event) => reporter?.event(event),
        onInvalid(diagnostics) {
          printDiagnostics(diagnostics, json);
          if (!json) print(pc.red(`${plural(diagnostics.length, 'error')}; nothing new runs until the file is right`));
        },
        onFinished(plan, finished) {
          closeReporter();
          if (!json) print(closingText(plan, finished));
        },
        onIdle() {
          if (json) printJson({ event: 'watch.idle' });
          else print(pc.dim(`watching ${shownPath(session.file)}; Ctrl-C ends it`));
        },
      });
      closeReporter();
      stop.dispose();
    });
};
