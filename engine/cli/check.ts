import { plural } from '../report/format.js';
import { load } from '../session.js';
import { type PipelineOptions, pipelineOptions, type RegisterCommand } from './command.js';
import { sessionOptions } from './open-pipeline.js';
import { exitCodes, print, printDiagnostics, printJson, shownPath } from './output.js';

export const registerCheck: RegisterCommand = (program, context) => {
  pipelineOptions(program.command('check [pipeline]'), context)
    .description('find everything that is wrong with a pipeline, before any work')
    .action(async (file: string | undefined, options: PipelineOptions) => {
      const loaded = await load(sessionOptions(file, options, context));
      const diagnostics = loaded.ok ? loaded.warnings : loaded.diagnostics;
      if (options.json) {
        if (diagnostics.length > 0) printDiagnostics(diagnostics, true);
        else printJson({ diagnostics: [] });
      } else {
        if (diagnostics.length > 0) printDiagnostics(diagnostics, false);
        if (loaded.ok) print(`${shownPath(loaded.value.file)} is right: ${plural(loaded.value.nodes.length, 'node')}`);
      }
      if (!loaded.ok) context.exit(exitCodes.invalid);
    });
};
