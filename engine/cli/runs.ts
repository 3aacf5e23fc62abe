import pc from 'picocolors';
import { isAlive, type RunRecord, readRecords } from '../record.js';
import { formatDuration, shortHash } from '../report/format.js';
import type { RegisterCommand } from './command.js';
import { runsDirectory } from './find-run.js';
import { print, printJson, table, UsageError } from './output.js';

interface RunsOptions {
  readonly json?: boolean;
  readonly limit: string;
  readonly pipeline?: string;
}

export const registerRuns: RegisterCommand = (program) => {
  program
    .command('runs')
    .description('list the runs of this project, latest first')
    .option('-n, --limit <count>', 'how many at the most', '20')
    .option('--pipeline <name>', 'only those of one pipeline')
    .option('--json', 'print JSON for programs')
    .action((options: RunsOptions) => {
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1)
        throw new UsageError(`--limit takes a whole number, not ${options.limit}`);
      const records: RunRecord[] = [];
      for (const record of readRecords(runsDirectory())) {
        if (options.pipeline !== undefined && record.pipeline.name !== options.pipeline) continue;
        records.push(record);
        if (records.length >= limit) break;
      }
      if (options.json) return printJson(records.map(summaryOf));
      if (records.length === 0) return print('no run is recorded here yet');
      const rows = records.map((record) => {
        const { run, experiment, pipeline, status, git, executed, cached, duration_ms } = summaryOf(record);
        const commit = git ? `${git.commit.slice(0, 8)}${git.dirty ? '+' : ''}` : '';
        const took = duration_ms === undefined ? '' : formatDuration(duration_ms);
        return [run, shortHash(experiment), pipeline, status, `${executed} executed, ${cached} cached`, took, commit];
      });
      print(table([['run', 'experiment', 'pipeline', 'status', 'nodes', 'took', 'commit'].map(pc.bold), ...rows]));
    });
};

function summaryOf(record: RunRecord) {
  const nodes = Object.values(record.nodes);
  const count = (status: string) => nodes.filter((node) => node.status === status).length;
  return {
    run: record.run,
    experiment: record.experiment,
    pipeline: record.pipeline.name,
    status: shownStatus(record),
    started: record.started,
    duration_ms: record.duration_ms,
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
