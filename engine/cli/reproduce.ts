import { existsSync } from 'node:fs';
import pc from 'picocolors';
import { openStore } from '../../cache/store.js';
import { findProject, type Project } from '../project.js';
import { shortHash } from '../report/format.js';
import { humanReporter } from '../report/reporter.js';
import { committedTarget, targetOfExperiment } from '../reproduce/find-target.js';
import { type Reproduction, reproduce, type Target, type Verdict } from '../reproduce/reproduce.js';
import { verdictDetails } from '../reproduce/verdict.js';
import type { RegisterCommand } from './command.js';
import { findRun, matchRun } from './find-run.js';
import { exitCodes, print, printDiagnostics, printJson, table, UsageError } from './output.js';
import { stopSignal } from './stop-signal.js';

export const registerReproduce: RegisterCommand = (program, context) => {
  program
    .command('reproduce <hash>')
    .description('execute an experiment, a run or `COMMIT:FILE` again, without the store, and compare every byte')
    .option('--json', 'print JSON for programs')
    .action(async (hash: string, options: { readonly json?: boolean }) => {
      const json = options.json === true;
      const project = findProject(process.cwd());
      const target = await findTarget(hash, project);
      const reporter = json ? undefined : humanReporter(process.stdout);
      const stop = stopSignal(json);
      const outcome = await reproduce(target, {
        project,
        catalog: context.catalog,
        store: await openStore(project.storeRoot),
        signal: stop.signal,
        emit: (event) => reporter?.event(event),
      }).finally(() => {
        stop.dispose();
        reporter?.close();
      });
      if (!outcome.ok) {
        printDiagnostics(outcome.diagnostics, json);
        return context.exit(exitCodes.invalid);
      }
      const { verdicts, reproduced, interrupted } = outcome.value;
      if (json) printJson({ ...outcome.value, verdicts: undefined, nodes: Object.fromEntries(verdicts) });
      else printVerdicts(outcome.value);
      if (!reproduced) context.exit(interrupted ? exitCodes.interrupted : exitCodes.failed);
    });
};

async function findTarget(text: string, project: Project): Promise<Target> {
  if (text.includes(':')) {
    const target = await committedTarget(text, project, process.cwd());
    if ('wrong' in target) throw new UsageError(target.wrong);
    return target;
  }
  const record = matchRun(text, 'done');
  if (record) return { record };
  const committed = await targetOfExperiment(text.toLowerCase(), project);
  return committed ?? { record: findRun(text, 'done') };
}

function printVerdicts({ experiment, run, verdicts, reproduced, identical, keptAt }: Reproduction): void {
  print('');
  const rows = [...verdicts].flatMap(([id, verdict]) => {
    const [first = '', ...others] = verdictDetails(verdict);
    return [[`  ${id}`, shownVerdict(verdict), first], ...others.map((detail) => ['', '', detail])];
  });
  print(table(rows));
  const name = `experiment ${shortHash(experiment)}${run === undefined ? '' : ` (run ${run})`}`;
  if (identical) print(pc.green(`\n${name} is reproduced: every output has the same bytes`));
  else if (reproduced) print(pc.green(`\n${name} is reproduced within the tolerances of its nodes`));
  else print(pc.red(`\n${name} is not reproduced`));
  if (keptAt && existsSync(keptAt)) print(pc.dim(`the new outputs are kept in ${keptAt}`));
}

function shownVerdict({ verdict }: Verdict): string {
  switch (verdict) {
    case 'identical':
      return pc.green('identical');
    case 'within-tolerance':
      return pc.green('within tolerance');
    case 'different':
      return pc.red('different');
    case 'not-reproducible':
      return pc.yellow('not reproducible');
    case 'not-recorded':
      return pc.yellow('not recorded');
    case 'not-finished':
      return pc.yellow('not finished');
    default:
      return verdict satisfies never;
  }
}
