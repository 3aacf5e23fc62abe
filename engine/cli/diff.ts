import { statSync } from 'node:fs';
import pc from 'picocolors';
import { digestForm, parseDigest } from '../../cache/digest.js';
import { openStore } from '../../cache/store.js';
import { compareRows, type RowChanges } from '../compare-rows.js';
import { type Change, compareRuns, type NodeDifference } from '../compare-runs.js';
import { stringify } from '../json.js';
import { findProject } from '../project.js';
import { type RunRecord, readRecords } from '../record.js';
import { formatNumber, plural, shortHash } from '../report/format.js';
import { reasonText } from '../report/reason-text.js';
import type { RegisterCommand } from './command.js';
import { findRun, runsDirectory } from './find-run.js';
import { print, printJson, table, UsageError } from './output.js';

export const registerDiff: RegisterCommand = (program) => {
  program
    .command('diff [before] [after]')
    .description(
      'compare two runs: parameters, nodes, rows of data, metrics (by default the latest with the one before it)',
    )
    .option('--json', 'print JSON for programs')
    .action(async (first: string | undefined, second: string | undefined, options: { readonly json?: boolean }) => {
      const after = findRun(second);
      const before = first === undefined ? previousOf(after) : findRun(first);
      const difference = compareRuns(before, after);
      const rows = await rowChanges(before, after, difference.nodes);
      if (options.json) return printJson({ before: before.run, after: after.run, ...difference, rows });
      print(table([label('-', before), label('+', after)]));
      section(
        'parameters',
        Object.entries(difference.params).map(([name, change]) => [name, ...cells(change, stringify)]),
      );
      section(
        'nodes',
        Object.entries(difference.nodes).flatMap(([id, node]) => nodeRows(id, node)),
      );
      section('data', Object.entries(rows).map(rowCells));
      section('metrics', numberRows(difference.metrics));
      section('rows dropped or cut', numberRows(difference.counts));
    });
};

function label(sign: string, { run, experiment, pipeline, status }: RunRecord): string[] {
  return [sign, run, shortHash(experiment), pipeline.name, status];
}

/** The latest earlier run of the same pipeline. */
function previousOf(record: RunRecord): RunRecord {
  for (const earlier of readRecords(runsDirectory())) {
    if (earlier.run < record.run && earlier.pipeline.file === record.pipeline.file) return earlier;
  }
  throw new UsageError(`there is no earlier run of ${record.pipeline.file} to compare ${record.run} with`);
}

function section(title: string, rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  print(`\n${pc.bold(title)}`);
  print(table(rows.map((row) => [`  ${row[0]}`, ...row.slice(1)])));
}

function nodeRows(id: string, { change, reasons, outputs }: NodeDifference): string[][] {
  if (change === 'same') return [];
  const shown = reasons.map((reason) => reasonText(reason));
  if (change === 'changed' && outputs.length === 0) shown.push('its outputs are the same');
  return [[id, change, shown[0] ?? ''], ...shown.slice(1).map((reason) => ['', '', reason])];
}

/** Files beyond this are not read for a comparison. */
const comparedFile_bytes = 1 << 30;

/** Of each output that differs and is there in both runs, as far as it holds rows: `split.train` → how they differ. */
async function rowChanges(
  before: RunRecord,
  after: RunRecord,
  nodes: Readonly<Record<string, NodeDifference>>,
): Promise<Record<string, RowChanges>> {
  const store = await openStore(findProject(process.cwd()).storeRoot);
  const changes: Record<string, RowChanges> = {};
  for (const [id, { outputs }] of Object.entries(nodes)) {
    for (const port of outputs) {
      const paths = [before, after].flatMap((record) => {
        const digest = parseDigest(record.nodes[id]?.outputs?.[port] ?? '');
        if (digest === undefined || digestForm(digest) !== 'file' || !store.hasSync(digest)) return [];
        const path = store.fileOf(digest);
        return statSync(path).size > comparedFile_bytes ? [] : [path];
      });
      const found = paths.length === 2 ? await compareRows(paths[0]!, paths[1]!) : undefined;
      if (found) changes[`${id}.${port}`] = found;
    }
  }
  return changes;
}

function rowCells([name, { before, after, added, removed }]: [string, RowChanges]): string[] {
  return [name, String(before), '→', `${plural(after, 'row')}`, `+${added} −${removed}`];
}

function numberRows(all: Readonly<Record<string, Readonly<Record<string, Change<number>>>>>): string[][] {
  return Object.entries(all).flatMap(([id, own]) =>
    Object.entries(own).map(([name, change]) => {
      const { before, after } = change;
      const delta = before === undefined || after === undefined ? '' : signed(after - before);
      return [id, name, ...cells(change, formatNumber), delta];
    }),
  );
}

function cells<Value>({ before, after }: Change<Value>, show: (value: Value) => string): [string, string, string] {
  return [before === undefined ? '(absent)' : show(before), '→', after === undefined ? '(absent)' : show(after)];
}

function signed(difference: number): string {
  return difference === 0 ? '=' : `${difference > 0 ? '+' : '−'}${formatNumber(Math.abs(difference))}`;
}
