import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Digest, parseDigest } from '../../cache/digest.js';
import { openStore } from '../../cache/store.js';
import { nearest } from '../nearest.js';
import { findProject } from '../project.js';
import type { RunRecord } from '../record.js';
import type { RegisterCommand } from './command.js';
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

/** The digest of `node` or `node.port` in a run. */
function outputOf(record: RunRecord, name: string): Digest {
  const ids = Object.keys(record.nodes);
  // The id of a node has no dot outside brackets, so the last one is where the port begins.
  const dot = name.lastIndexOf('.');
  const [id, port] = ids.includes(name) || dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
  const node = record.nodes[id!];
  if (!node) {
    const near = nearest(id!, ids);
    throw new UsageError(
      `the run ${record.run} has no node ${id}${near ? `; did you mean ${near}?` : `; it has ${ids.join(', ')}`}`,
    );
  }
  const outputs = Object.entries(node.outputs ?? {});
  if (outputs.length === 0)
    throw new UsageError(`${id} has no outputs in the run ${record.run}: it was ${node.status}`);
  if (port === undefined && outputs.length > 1) {
    throw new UsageError(`${id} has several outputs; name one: ${outputs.map(([each]) => `${id}.${each}`).join(', ')}`);
  }
  const found = port === undefined ? outputs[0]! : outputs.find(([each]) => each === port);
  if (!found) throw new UsageError(`${id} has no output ${port}; it has ${outputs.map(([each]) => each).join(', ')}`);
  return found[1] as Digest;
}
