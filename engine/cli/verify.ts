import pc from 'picocolors';
import { removeObject } from '../../cache/prune.js';
import { openStore } from '../../cache/store.js';
import { type StoreProblem, verifyStore } from '../../cache/verify.js';
import { findProject } from '../project.js';
import { plural, shortHash } from '../report/format.js';
import type { RegisterCommand } from './command.js';
import { exitCodes, print, printJson, shownPath } from './output.js';

export const registerVerify: RegisterCommand = (program, context) => {
  program
    .command('verify')
    .description('read all of the store again and tell what is damaged or missing')
    .option('--repair', 'remove what is damaged, so that the next run makes it anew')
    .option('--json', 'print JSON for programs')
    .action(async (options: { readonly repair?: boolean; readonly json?: boolean }) => {
      const store = await openStore(findProject(process.cwd()).storeRoot);
      const problems: StoreProblem[] = [];
      for await (const problem of verifyStore(store)) {
        problems.push(problem);
        if (options.repair && problem.problem !== 'missing') await removeObject(store, problem.digest);
        if (!options.json) {
          print(`${pc.red(problem.problem)}  ${shortHash(problem.digest)}  ${shownPath(problem.path)}`);
        }
      }
      if (options.json) printJson({ problems, repaired: options.repair === true });
      else if (problems.length === 0) print('the store is sound');
      else if (options.repair) print(`${plural(problems.length, 'problem')}; what was damaged is removed, run again`);
      else print(`${plural(problems.length, 'problem')}; lapidary verify --repair removes what is damaged`);
      if (problems.length > 0 && !options.repair) context.exit(exitCodes.failed);
    });
};
