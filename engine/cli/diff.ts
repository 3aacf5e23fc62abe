import pc from 'picocolors';
import { type Change, compareRuns, type NodeDifference } from '../compare-runs.js';
import { stringify } from '../json.js';
import { type RunRecord, readRecords } from '../record.js';
import { formatNumber, shortHash } from '../report/format.js';
import { reasonText } from '../report/reason-text.js';
import type { RegisterCommand } from './command.js';
import { findRun, runsDirectory } from './find-run.js';
import { print, printJson, table, UsageError } from './output.js';

export const registerDiff: RegisterCommand = (program) => {
  program
    .command('diff [before] [after]')
    .description('compare two runs: parameters, nodes, metrics (by default the latest with the one before it)')
    .option('--json', 'print JSON for programs')
    .action((first: string | undefined, second: string | undefined, options: { readonly json?: boolean }) => {
      const after = findRun(second);
      const before = first === undefined ? previousOf(after) : findRun(first);
      const difference = compareRuns(before, after);
      if (options.json) return printJson({ before: before.run, after: after.run, ...difference });
      print(table([label('-', before), label('+', after)]));
      section(
        'parameters',
        Object.entries(difference.params).map(([name, change]) => [name, ...cells(change, stringify)]),
      );
      section(
        'nodes',
        Object.entries(difference.nodes).flatMap(([id, node]) => nodeRows(id, node)),
      );
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
  const shown = reasons.map(reasonText);
  if (change === 'changed' && outputs.length === 0) shown.push('its outputs are the same');
  return [[id, change, shown[0] ?? ''], ...shown.slice(1).map((reason) => ['', '', reason])];
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
