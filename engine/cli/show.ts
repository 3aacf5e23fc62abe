import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import pc from 'picocolors';
import { openStore } from '../../cache/store.js';
import { chromeTrace } from '../export/chrome-trace.js';
import { mlflowRun } from '../export/mlflow.js';
import { roCrate } from '../export/ro-crate.js';
import { writeCrate } from '../export/write-crate.js';
import { writeMlflowRun } from '../export/write-mlflow.js';
import { stringify } from '../json.js';
import { findProject } from '../project.js';
import { type RunRecord, readEvents } from '../record.js';
import { formatDuration, formatNumber, plural } from '../report/format.js';
import type { RegisterCommand } from './command.js';
import { findRun, runsDirectory } from './find-run.js';
import { print, printJson, shownPath, table, UsageError } from './output.js';
import { shownStatus } from './runs.js';

interface ShowOptions {
  readonly export?: 'ro-crate' | 'trace' | 'mlflow';
  readonly output?: string;
  readonly changes?: boolean;
  readonly json?: boolean;
}

export const registerShow: RegisterCommand = (program) => {
  program
    .command('show [run]')
    .description('show a run: its parameters, nodes, metrics and what they have to show (the latest by default)')
    .addOption(
      new Option('--export <format>', 'print the run for other tools instead').choices(['ro-crate', 'trace', 'mlflow']),
    )
    .option(
      '-o, --output <folder>',
      'with --export ro-crate: write the crate there, with the pipeline and all data; with mlflow: the folder of MLflow (default: mlruns)',
    )
    .option('--changes', 'print the changes that the work tree had against its commit instead')
    .option('--json', 'print JSON for programs')
    .action(async (text: string | undefined, options: ShowOptions) => {
      const record = findRun(text);
      if (options.output !== undefined && options.export !== 'ro-crate' && options.export !== 'mlflow') {
        throw new UsageError('--output goes with --export ro-crate or mlflow');
      }
      if (options.export === 'trace') return printJson(chromeTrace(readEvents(runsDirectory(), record.run)));
      if (options.export === 'ro-crate') return exportCrate(record, options.output);
      if (options.export === 'mlflow') return exportMlflow(record, options.output ?? 'mlruns');
      if (options.changes) return print(await changesOf(record));
      if (options.json) return printJson(record);
      const { git } = record;
      print(
        table([
          ['run', record.run],
          ['experiment', record.experiment],
          ['pipeline', `${record.pipeline.name} (${record.pipeline.file})`],
          ['status', shownStatus(record)],
          ['started', record.started],
          ['params', stringify(record.params)],
          ...(git
            ? [['commit', `${git.commit}${git.branch ? ` (${git.branch})` : ''}${git.dirty ? ', with changes' : ''}`]]
            : []),
          [
            'versions',
            Object.entries(record.versions)
              .map(([name, version]) => `${name} ${version}`)
              .join(', '),
          ],
        ]),
      );
      print('');
      print(
        table(
          Object.entries(record.nodes).map(([id, node]) => [
            `  ${id}`,
            pc.dim(node.uses),
            node.status,
            formatDuration(node.duration_ms),
            Object.entries(node.metrics ?? {})
              .map(([name, value]) => `${name} ${formatNumber(value)}`)
              .join('  '),
          ]),
        ),
      );
      for (const [id, node] of Object.entries(record.nodes)) {
        for (const [reason, rows] of Object.entries(node.counts ?? {}))
          print(pc.dim(`  ${id}: ${plural(rows, 'row')}: ${reason}`));
        for (const { title, text: shown } of node.displays ?? []) print(`\n${pc.bold(`${id}: ${title}`)}\n${shown}`);
        if (node.failure) print(`\n${pc.red(`error[${node.failure.code}]`)} ${id}: ${node.failure.message}`);
      }
    });
};

async function exportCrate(record: RunRecord, folder: string | undefined): Promise<void> {
  if (folder === undefined) return printJson(roCrate(record));
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UsageError(`${shownPath(folder)} is not empty; name another place by --output`);
  }
  const store = await openStore(findProject(process.cwd()).storeRoot);
  const missing = await writeCrate(record, store, folder);
  print(`the crate is in ${shownPath(folder)}`);
  if (missing.length > 0) print(pc.yellow(`not in the store any more: ${missing.join(', ')}`));
}

/** Runs are gathered in one folder, export by export. */
async function exportMlflow(record: RunRecord, folder: string): Promise<void> {
  await writeMlflowRun(mlflowRun(record, readEvents(runsDirectory(), record.run)), record, folder);
  print(`the run is in ${shownPath(folder)}`);
}

async function changesOf({ run, git }: RunRecord): Promise<string> {
  if (git?.diff === undefined) throw new UsageError(`the run ${run} started from a clean work tree, or outside git`);
  const store = await openStore(findProject(process.cwd()).storeRoot);
  if (!store.hasSync(git.diff)) throw new UsageError(`the store does not hold the changes of the run ${run} any more`);
  return (await readFile(store.fileOf(git.diff), 'utf8')).trimEnd();
}
