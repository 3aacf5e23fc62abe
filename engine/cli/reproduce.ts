import { existsSync } from 'node:fs';
import pc from 'picocolors';
import { openStore } from '../../cache/store.js';
import { findProject } from '../project.js';
import { shortHash } from '../report/format.js';
import { humanReporter } from '../report/reporter.js';
import { reproduce, type Verdict } from '../reproduce.js';
import type { RegisterCommand } from './command.js';
import { findRun } from './find-run.js';
import { exitCodes, print, printDiagnostics, printJson, table } from './output.js';
import { stopSignal } from './stop-signal.js';

export const registerReproduce: RegisterCommand = (program, context) => {
  program
    .command('reproduce <hash>')
    .description('execute an experiment again from its record, without the store, and compare every byte')
    .option('--json', 'print JSON for programs')
    .action(async (hash: string, options: { readonly json?: boolean }) => {
      const json = options.json === true;
      const record = findRun(hash, 'done');
      const project = findProject(process.cwd());
      const reporter = json ? undefined : humanReporter(process.stdout);
      const stop = stopSignal(json);
      const outcome = await reproduce(record, {
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
      const { verdicts, reproduced, interrupted, keptAt } = outcome.value;
      if (json) {
        printJson({
          run: record.run,
          experiment: record.experiment,
          reproduced,
          nodes: Object.fromEntries(verdicts),
          keptAt,
        });
      } else {
        print('');
        print(table([...verdicts].map(([id, verdict]) => [`  ${id}`, ...verdictCells(verdict)])));
        const name = `experiment ${shortHash(record.experiment)} (run ${record.run})`;
        print(
          reproduced
            ? pc.green(`\n${name} is reproduced: every output has the same bytes`)
            : pc.red(`\n${name} is not reproduced`),
        );
        if (keptAt && existsSync(keptAt)) print(pc.dim(`the new outputs are kept in ${keptAt}`));
      }
      if (!reproduced) context.exit(interrupted ? exitCodes.interrupted : exitCodes.failed);
    });
};

function verdictCells(verdict: Verdict): [string, string] {
  switch (verdict.verdict) {
    case 'identical':
      return [pc.green('identical'), ''];
    case 'different':
      return [pc.red('different'), verdict.outputs.join(', ')];
    case 'not-reproducible':
      return [pc.yellow('not reproducible'), verdict.because.join('; ')];
    case 'not-finished':
      return [pc.yellow('not finished'), verdict.because];
    default:
      return verdict satisfies never;
  }
}
