import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostic.js';
import { plural } from '../report/format.js';
import { load, type SessionOptions } from '../session.js';
import { type PipelineOptions, pipelineOptions, type RegisterCommand } from './command.js';
import { sessionOptions } from './open-pipeline.js';
import { exitCodes, print, printDiagnostics, printJson, shownPath, UsageError } from './output.js';

export const registerCheck: RegisterCommand = (program, context) => {
  pipelineOptions(program.command('check [path]'), context)
    .description('find everything that is wrong with a pipeline, or with all pipelines in a folder, before any work')
    .action(async (path: string | undefined, options: PipelineOptions) => {
      const files = path !== undefined && isFolder(path) ? await pipelinesIn(path) : [path];
      const found: Diagnostic[] = [];
      let wrong = false;
      for (const file of files) {
        const chosen: SessionOptions = { ...sessionOptions(file, options, context), asPart: true };
        const loaded = await load(chosen);
        const own = loaded.ok ? loaded.warnings : loaded.diagnostics;
        found.push(...own);
        wrong ||= !loaded.ok;
        if (options.json) continue;
        if (own.length > 0) printDiagnostics(own, false);
        if (loaded.ok) print(`${shownPath(loaded.value.file)} is right: ${plural(loaded.value.nodes.length, 'node')}`);
      }
      if (options.json) {
        if (found.length > 0) printDiagnostics(found, true);
        else printJson({ diagnostics: [] });
      }
      if (wrong) context.exit(exitCodes.invalid);
    });
};

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Files of a folder, and below, that look like pipelines: YAML with `nodes` at its top. */
async function pipelinesIn(folder: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const ignore = ['**/node_modules/**', '**/.git/**', '**/.lapidary/**'];
  const names = await glob('**/*.{yaml,yml}', { cwd: folder, ignore, dot: false });
  const files = names
    .sort()
    .map((name) => join(folder, name))
    .filter((file) => /^(?:nodes|"nodes"|'nodes')\s*:/m.test(readFileSync(file, 'utf8')));
  if (files.length === 0) throw new UsageError(`there is no pipeline in ${folder}: no YAML file with \`nodes\``);
  return files;
}
