import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import pc from 'picocolors';
import { inspectMachine } from '../machine.js';
import { findProject } from '../project.js';
import { versions } from '../version.js';
import type { RegisterCommand } from './command.js';
import { print, printJson, table } from './output.js';

export const registerDoctor: RegisterCommand = (program, { catalog }) => {
  program
    .command('doctor')
    .description('show what this machine has, and what each device would do on it')
    .option('--json', 'print JSON for programs')
    .action(async (options: { readonly json?: boolean }) => {
      const machine = await inspectMachine(true);
      const store = inspectStore();
      const devices = await catalog.probeDevices();
      if (options.json) return printJson({ versions: versions(), machine, store, devices });
      print(table(Object.entries(versions())));
      print(
        table([
          ['cpus', String(machine.cpus)],
          ['memory', `${machine.memory_mb} MB`],
          ['gpus', machine.gpus.join(', ') || 'none'],
        ]),
      );
      print(
        table([
          ['store', `${store.root}${store.exists ? '' : ' (not there yet)'}`],
          ['', `${store.writable ? 'writable' : pc.red('not writable')}, ${store.free_mb} MB free`],
        ]),
      );
      print('');
      print(
        table(devices.map(({ name, available, reason }) => [available ? pc.green('✓') : pc.dim('-'), name, reason])),
      );
    });
};

function inspectStore() {
  const root = findProject(process.cwd()).storeRoot;
  let folder = root;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  let writable = true;
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    writable = false;
  }
  return { root, exists: folder === root, writable, free_mb: Math.floor((bavail * bsize) / 2 ** 20) };
}
