import pc from 'picocolors';
import {
  type ExperimentRow,
  experimentRows,
  parameterText,
  rowMetric,
  sortByValue,
  valueIn,
  varyingNames,
} from '../query-runs.js';
import type { RunRecord } from '../record.js';
import { formatNumber, shortHash } from '../report/format.js';
import { collectParameter, type RegisterCommand } from './command.js';
import { findRun } from './find-run.js';
import { print, printJson, table, UsageError } from './output.js';
import { countOf, type FilterOptions, selectRuns } from './runs.js';

interface MetricsOptions extends FilterOptions {
  readonly all?: boolean;
  readonly metric?: readonly string[];
  readonly sort?: string;
  readonly ascending?: boolean;
  readonly limit: string;
  readonly json?: boolean;
}

export const registerMetrics: RegisterCommand = (program) => {
  program
    .command('metrics [run]')
    .description("show a run's metrics (the latest by default), or with --all those of every experiment side by side")
    .option('-a, --all', 'one line for each experiment and each combination of a matrix')
    .option('--branch <name>', 'as --all, for the runs that were started on a branch')
    .option('--pipeline <name>', 'as --all, for one pipeline')
    .option('-p, --param <name=value>', 'as --all, for a value of a parameter; may be given again', collectParameter)
    .option('--where <condition...>', 'as --all, for runs whose metric fulfils it: "quality.accuracy>=0.8"')
    .option('--metric <name...>', 'only these columns, as node.metric')
    .option('--sort <metric>', 'by a metric, the largest first')
    .option('--ascending', 'the smallest first')
    .option('-n, --limit <count>', 'experiments at the most', '50')
    .option('--json', 'print JSON for programs')
    .action((text: string | undefined, options: MetricsOptions) => {
      const { all, branch, pipeline, param, where } = options;
      const many = all || branch !== undefined || pipeline !== undefined || param !== undefined || where !== undefined;
      if (!many) return showOne(text, options);
      if (text !== undefined) throw new UsageError('name a run, or ask for several by --all');
      showMany(options);
    });
};

function showOne(text: string | undefined, { json, metric }: MetricsOptions): void {
  const record = findRun(text);
  const measured = Object.entries(record.nodes)
    .map(
      ([id, node]) =>
        [id, Object.entries(node.metrics ?? {}).filter(([name]) => isWanted(`${id}.${name}`, metric))] as const,
    )
    .filter(([, metrics]) => metrics.length > 0);
  if (json) {
    printJson(Object.fromEntries(measured.map(([id, metrics]) => [id, Object.fromEntries(metrics)])));
    return;
  }
  const rows = measured.flatMap(([id, metrics]) => metrics.map(([name, value]) => [id, name, formatNumber(value)]));
  print(rows.length > 0 ? table(rows) : 'the run has no metrics');
}

function isWanted(name: string, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || wanted.some((each) => each === name || name.endsWith(`.${each}`));
}

function showMany(options: MetricsOptions): void {
  const records = latestOfEach(selectRuns({ status: 'done', ...options })).slice(0, countOf(options.limit));
  const { sort } = options;
  const all = records.flatMap(experimentRows);
  const direction = options.ascending ? 'ascending' : 'descending';
  const rows = sort === undefined ? all : sortByValue(all, (row) => rowMetric(row, sort), direction);
  const names = [...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))].filter((name) =>
    isWanted(name, options.metric),
  );
  if (options.json) printJson(rows.map((row) => rowJson(row, names)));
  else print(rows.length > 0 ? metricsTable(rows, names, sort === undefined) : 'no run with metrics is like that');
}

/** `grouped`: the rows of a run stand together, and its hash is written once. */
function metricsTable(rows: readonly ExperimentRow[], names: readonly string[], grouped: boolean): string {
  const varying = varyingNames(rows);
  const head = ['experiment', 'pipeline', 'branch', 'commit', ...varying, ...names];
  const seen = new Set<string>();
  return table([
    head.map(pc.bold),
    ...rows.map((row) => {
      const { experiment, pipeline, git } = row.record;
      const again = seen.has(row.record.run) && grouped;
      seen.add(row.record.run);
      const commit = git ? `${git.commit.slice(0, 8)}${git.dirty ? '+' : ''}` : '';
      return [
        ...(again ? ['', '', '', ''] : [shortHash(experiment), pipeline.name, git?.branch ?? '', commit]),
        ...varying.map((name) => parameterText(valueIn(row, name))),
        ...names.map((name) => (row.metrics[name] === undefined ? '' : formatNumber(row.metrics[name]))),
      ];
    }),
  ]);
}

/** Of the runs of one experiment, the latest: they have the same parameters, data and code. */
function latestOfEach(records: readonly RunRecord[]): RunRecord[] {
  const seen = new Set<string>();
  return records.filter(({ experiment }) => !seen.has(experiment) && seen.add(experiment));
}

/** Empty cells are `null`, so that every line has the same members. */
function rowJson(row: ExperimentRow, names: readonly string[]): object {
  const { run, experiment, pipeline, git, params } = row.record;
  return {
    run,
    experiment,
    pipeline: pipeline.name,
    branch: git?.branch ?? null,
    commit: git?.commit ?? null,
    dirty: git?.dirty ?? null,
    params,
    matrix: row.matrix,
    metrics: Object.fromEntries(names.map((name) => [name, row.metrics[name] ?? null])),
  };
}
