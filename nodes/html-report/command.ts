/** `lapidary report` and `lapidary compare`: their words; what draws is loaded when they are called. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import pc from 'picocolors';
import { openStore } from '../../cache/store.js';
import type { RegisterCommand } from '../../engine/cli/command.js';
import { findRun, runsDirectory } from '../../engine/cli/find-run.js';
import { print, printJson, table, UsageError } from '../../engine/cli/output.js';
import type { Catalog } from '../../engine/kind.js';
import { findProject } from '../../engine/project.js';
import { type RunRecord, readRecords } from '../../engine/record.js';
import { formatNumber } from '../../engine/report/format.js';
import { metricNames } from '../report/metric-names.js';

interface Options {
  readonly output?: string;
  readonly json?: boolean;
}

/** More would not fit beside one another. */
const mostRuns = 6;

export const registerReport: RegisterCommand = (program, { catalog }) => {
  program
    .command('report [runs...]')
    .description('write an HTML page about a run, or about several side by side (the latest by default)')
    .option('-o, --output <file>', 'where to write it (default: report.html)')
    .option('--json', 'print JSON for programs')
    .action(async (names: readonly string[], options: Options) => {
      const records = names.length === 0 ? [latestRun()] : names.map(endedRun);
      if (records.length > mostRuns)
        throw new UsageError(`a report shows at most ${mostRuns} runs, not ${records.length}`);
      const { path, runs } = await writeReport(catalog, records, options.output ?? 'report.html');
      const warnings = runs.flatMap(({ record, leaks }) => leaks.map((leak) => ({ run: record.run, ...leak })));
      if (options.json) return printJson({ report: path, runs: records.map(({ run }) => run), warnings });
      print(`wrote ${path}`);
      for (const { run, code, message } of warnings) {
        print(`${pc.yellow(`warning[${code}]`)} ${records.length > 1 ? `${run}: ` : ''}${message}`);
      }
    });
};

export const registerCompare: RegisterCommand = (program, { catalog }) => {
  program
    .command('compare <a> <b>')
    .description('compare the metrics of two runs')
    .option('-o, --output <file>', 'write an HTML page about both, too')
    .option('--json', 'print JSON for programs')
    .action(async (a: string, b: string, options: Options) => {
      const records = [endedRun(a), endedRun(b)] as const;
      const rows = compareMetrics(...records);
      const path = options.output && (await writeReport(catalog, records, options.output)).path;
      if (options.json)
        return printJson({ runs: records.map(({ run }) => run), metrics: rows, ...(path ? { report: path } : {}) });
      const shown = (value: number | undefined) => (value === undefined ? '' : formatNumber(value));
      const lines = rows.map(({ node, metric, a, b, difference }) => [
        node,
        metric,
        shown(a),
        shown(b),
        difference && difference > 0 ? `+${shown(difference)}` : shown(difference),
      ]);
      print(
        rows.length === 0
          ? 'neither run has metrics'
          : table([['node', 'metric', ...records.map(({ run }) => run), 'difference'], ...lines]),
      );
      if (path) print(`wrote ${path}`);
    });
};

/** A run that goes on has nothing to show yet. */
function latestRun(): RunRecord {
  for (const record of readRecords(runsDirectory())) if (record.status !== 'running') return record;
  throw new UsageError(`no run that has ended is recorded in ${runsDirectory()}`);
}

function endedRun(name: string): RunRecord {
  const record = findRun(name);
  if (record.status !== 'running') return record;
  throw new UsageError(`the run ${record.run} has not ended, or was killed: its record tells nothing of its nodes`);
}

interface ComparedMetric {
  readonly node: string;
  readonly metric: string;
  readonly a?: number;
  readonly b?: number;
  readonly difference?: number;
}

export function compareMetrics(first: RunRecord, second: RunRecord): ComparedMetric[] {
  const ids = [...new Set([first, second].flatMap(({ nodes }) => Object.keys(nodes)))];
  return ids.flatMap((node) => {
    const [before, after] = [first, second].map(({ nodes }) => nodes[node]?.metrics ?? {});
    const names = [...new Set([...metricNames(before!), ...metricNames(after!)])];
    return names.map((metric) => {
      const [a, b] = [before![metric], after![metric]];
      return {
        node,
        metric,
        ...(a === undefined ? {} : { a }),
        ...(b === undefined ? {} : { b }),
        ...(a === undefined || b === undefined ? {} : { difference: b - a }),
      };
    });
  });
}

async function writeReport(catalog: Catalog, records: readonly RunRecord[], output: string) {
  const [{ gatherRun }, { reportPage }] = await Promise.all([import('./gather.js'), import('./page.js')]);
  const store = await openStore(findProject(process.cwd()).storeRoot);
  const sources = { catalog, store, runsDirectory: runsDirectory() };
  const label = (index: number) => (records.length === 1 ? '' : String.fromCharCode(65 + index));
  const runs = await Promise.all(records.map((record, index) => gatherRun(record, label(index), sources)));
  const path = resolve(output);
  await writeFile(path, reportPage(runs));
  return { path, runs };
}
