import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDigest } from '../../cache/digest.js';
import { openStore } from '../../cache/store.js';
import { findProject } from '../project.js';
import type { RegisterCommand } from './command.js';
import { outputOf } from './find-output.js';
import { findRun } from './find-run.js';
import { print, printJson, shownPath, UsageError } from './output.js';

interface RestoreOptions {
  readonly run?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const registerRestore: RegisterCommand = (program) => {
  program
    .command('restore <output>')
    .description('bring an output of a past run into a folder: `node`, `node.port`, or the digest of any content')
    .option('-r, --run <hash>', 'the run or experiment it is from (the latest by default)')
    .option('-o, --output <path>', 'where it goes; by default a file or folder of its name, here')
    .option('-f, --force', 'replace what is there')
    .option('--json', 'print JSON for programs')
    .action(async (name: string, options: RestoreOptions) => {
      const digest = parseDigest(name) ?? outputOf(findRun(options.run), name);
      const destination = resolve(options.output ?? name.replace(':', '-'));
      if (existsSync(destination) && !options.force) {
        throw new UsageError(`${shownPath(destination)} is there already; name another place by -o, or add --force`);
      }
      const store = await openStore(findProject(process.cwd()).storeRoot);
      await store.restore(digest, destination);
      if (options.json) return printJson({ digest, destination });
      print(`${name} is in ${shownPath(destination)}`);
    });
};
