import { openStore } from '../../cache/store.js';
import { collectGarbage } from '../collect-garbage.js';
import { findProject } from '../project.js';
import { formatBytes, plural } from '../report/format.js';
import type { RegisterCommand } from './command.js';
import { print, printJson, UsageError } from './output.js';

interface GcOptions {
  readonly keepRuns: string;
  readonly grace: string;
  readonly quota?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export const registerGc: RegisterCommand = (program) => {
  program
    .command('gc')
    .description(
      'remove from the store what no lock file (in the work tree, on a branch or tag) and no recent run names',
    )
    .option('--keep-runs <count>', 'keep the results of so many past runs', '20')
    .option('--grace <time>', 'keep what was made within this time: 30m, 12h, 7d', '1d')
    .option('--quota <size>', 'give up past runs, oldest first, until the store fits: 500MB, 20GB')
    .option('--dry-run', 'only say what would be removed')
    .option('--json', 'print JSON for programs')
    .action(async (options: GcOptions) => {
      const keepRuns = Number(options.keepRuns);
      if (!Number.isSafeInteger(keepRuns) || keepRuns < 0) {
        throw new UsageError(`--keep-runs takes a whole number, not ${options.keepRuns}`);
      }
      const limits = {
        keepRuns,
        grace_ms: quantity('--grace', options.grace, times),
        ...(options.quota === undefined ? {} : { quota_bytes: quantity('--quota', options.quota, sizes) }),
        dryRun: options.dryRun === true,
      };
      const project = findProject(process.cwd());
      const collected = await collectGarbage(project, await openStore(project.storeRoot), limits);
      if (options.json) return printJson(collected);
      const { objects, traces, scratch, removed_bytes, kept_bytes, keptRuns, lockFiles, overQuota } = collected;
      print(
        `${options.dryRun ? 'would remove' : 'removed'} ${plural(traces, 'result')}, ${plural(objects, 'object')} ` +
          `(${formatBytes(removed_bytes)}) and ${plural(scratch, 'checkpoint')}; ${formatBytes(kept_bytes)} stay, ` +
          `for ${plural(lockFiles, 'lock file')} and ${plural(keptRuns, 'past run')}`,
      );
      if (overQuota) {
        print('that is more than the quota: lock files name it, or it is younger than --grace');
      }
    });
};

const times = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 };
const sizes = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** `12h` or `20GB` in the unit of 1. */
function quantity(option: string, text: string, units: Readonly<Record<string, number>>): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text) ?? [];
  const factor = number === '0' && unit === '' ? 1 : units[unit ?? ''];
  if (number === undefined || factor === undefined) {
    throw new UsageError(
      `${option} takes a number with one of ${Object.keys(units).join(', ')} behind it, not ${text}`,
    );
  }
  return Number(number) * factor;
}
