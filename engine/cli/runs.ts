import { Option } from 'commander';
import pc from 'picocolors';
import { nearest } from '../nearest.js';
import { matchesFilter, metricNames, metricOf, type RunFilter, readCondition, sortByValue } from '../query-runs.js';
import { isAlive, type RunRecord, readRecords, unreadableRecords } from '../record.js';
import { formatDuration, formatNumber, plural, shortHash } from '../report/format.js';
import { collectParameter, type RegisterCommand } from './command.js';
import { runsDirectory } from './find-run.js';
import { print, printJson, table, UsageError } from './output.js';

export interface FilterOptions {
  readonly pipeline?: string;
  readonly branch?: string;
  readonly status?: string;
  readonly param?: Record<string, string>;
  readonly where?: readonly string[];
}

interface RunsOptions extends FilterOptions {
  readonly json?: boolean;
  readonly limit: string;
  readonly sort?: string;
  readonly ascending?: boolean;
}

const statuses = ['done', 'failed', 'interrupted', 'killed', 'running'] as const;

export const registerRuns: RegisterCommand = (program) => {
  program
    .command('runs')
    .description('list the runs of this project, latest first')
    .option('-n, --limit <count>', 'how many at the most', '20')
    .option('--pipeline <name>', 'only those of one pipeline')
    .option('--branch <name>', 'only those that were started on a branch')
    .addOption(new Option('--status <status>', 'only those that came to this end').choices(statuses))
    .option(
      '-p, --param <name=value>',
      'only those with this value of a parameter; may be given again',
      collectParameter,
      {},
    )
    .option('--where <condition...>', 'only those whose metric fulfils it: "quality.accuracy>=0.8"')
    .option('--sort <metric>', 'by a metric, best first: the largest, or with --ascending the smallest')
    .option('--ascending', 'the smallest first')
    .option('--json', 'print JSON for programs')
    .action((options: RunsOptions) => {
      const limit = countOf(options.limit);
      const records = selectRuns(options);
      const { sort } = options;
      const direction = options.ascending ? 'ascending' : 'descending';
      const sorted = sort === undefined ? records : sortByValue(records, (record) => metricOf(record, sort), direction);
      const shown = sorted.slice(0, limit);
      if (sort !== undefined && shown.length > 0 && shown.every((record) => metricOf(record, sort) === undefined)) {
        const near = nearest(sort, shown.flatMap(metricNames));
        throw new UsageError(`no run here has a metric ${sort}${near ? `; did you mean ${near}?` : ''}`);
      }
      if (options.json) return printJson(shown.map((record) => ({ ...summaryOf(record), ...measured(record, sort) })));
      if (shown.length > 0) print(runsTable(shown, sort));
      else print([...readRecords(runsDirectory())].length > 0 ? 'no run is like that' : 'no run is recorded here yet');
      const unread = unreadableRecords(runsDirectory());
      for (const why of ['newer', 'damaged'] as const) {
        const count = unread.filter((each) => each.why === why).length;
        if (count > 0) print(pc.dim(`${plural(count, 'record')} not shown: ${unreadableText[why]}`));
      }
    });
};

const unreadableText = {
  newer: 'written by a newer Lapidary',
  damaged: 'no record of a run can be read there',
} as const;

export function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new UsageError(`--limit takes a whole number, not ${text}`);
  return count;
}

/** The runs that the options ask for, latest first. */
export function selectRuns({ pipeline, branch, status, param = {}, where = [] }: FilterOptions): RunRecord[] {
  const conditions = where.map((text) => {
    const condition = readCondition(text);
    if (!condition) throw new UsageError(`${text} is no condition: write it as "quality.accuracy>=0.8"`);
    return condition;
  });
  const filter: RunFilter = {
    params: param,
    conditions,
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(branch === undefined ? {} : { branch }),
    ...(status === undefined ? {} : { status }),
  };
  return [...readRecords(runsDirectory())].filter((record) => matchesFilter(record, shownStatus(record), filter));
}

function runsTable(records: readonly RunRecord[], metric: string | undefined): string {
  const head = ['run', 'experiment', 'pipeline', 'status', 'nodes', 'took', 'branch', 'commit', 'set'];
  const rows = records.map((record) => {
    const { run, experiment, pipeline, status, git, executed, cached, duration_ms, overrides } = summaryOf(record);
    const commit = git ? `${git.commit.slice(0, 8)}${git.dirty ? '+' : ''}` : '';
    const took = duration_ms === undefined ? '' : formatDuration(duration_ms);
    const set = Object.entries(overrides).map(([name, text]) => `${name}=${text}`);
    const value = metric === undefined ? [] : [cell(metricOf(record, metric))];
    const nodes = `${executed} executed, ${cached} cached`;
    return [
      run,
      shortHash(experiment),
      pipeline,
      status,
      ...value,
      nodes,
      took,
      git?.branch ?? '',
      commit,
      set.join(' '),
    ];
  });
  const titles = metric === undefined ? head : [...head.slice(0, 4), metric, ...head.slice(4)];
  return table([titles.map(pc.bold), ...rows]);
}

function measured(record: RunRecord, metric: string | undefined): object {
  return metric === undefined ? {} : { metric: metricOf(record, metric) ?? null };
}

const cell = (value: number | undefined): string => (value === undefined ? '' : formatNumber(value));

export function summaryOf(record: RunRecord) {
  const nodes = Object.values(record.nodes);
  const count = (status: string) => nodes.filter((node) => node.status === status).length;
  return {
    run: record.run,
    experiment: record.experiment,
    pipeline: record.pipeline.name,
    status: shownStatus(record),
    started: record.started,
    duration_ms: record.duration_ms,
    device: record.device,
    git: record.git,
    overrides: record.overrides,
    executed: count('executed'),
    cached: count('cached'),
    failed: count('failed'),
  };
}

/** A run whose record says that it runs, and whose process is gone, was killed. */
export function shownStatus(record: RunRecord): string {
  if (record.status !== 'running') return record.status;
  return isAlive(record) ? 'running' : 'killed';
}
