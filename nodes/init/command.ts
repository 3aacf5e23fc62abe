/** `lapidary init`: a project to begin with. What is there already stays as it is. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import pc from 'picocolors';
import type { RegisterCommand } from '../../engine/cli/command.js';
import { print, printJson, shownPath, UsageError } from '../../engine/cli/output.js';
import { lapidaryVersion } from '../../engine/version.js';
import { dataPackages } from './data-packages.js';
import { starter } from './starter.js';
import { taskTemplate } from './tasks.js';
import { projectFiles, type Template } from './template.js';

interface InitOptions {
  readonly json?: boolean;
  readonly task?: string | true;
}

export const registerInit: RegisterCommand = (program) => {
  program
    .command('init [folder]')
    .description(`write a project to begin with: ${starter.description}, or a task of your choice`)
    .option('--task [task]', 'write the pipeline of this task; without a name, list the tasks')
    .option('--json', 'print JSON for programs')
    .action(async (folder: string | undefined, { json, task }: InitOptions) => {
      const top = resolve(folder ?? '.');
      const template = task === undefined ? starter : taskTemplate(task === true ? undefined : task);
      const packages = dataPackages(template.packages);
      const { written, kept } = await writeProject(top, template, packages);
      if (json) return printJson({ folder: top, written, kept, packages });
      for (const name of written) print(`${pc.green('wrote')}  ${shownPath(join(top, name))}`);
      for (const name of kept) print(`${pc.yellow('kept')}   ${shownPath(join(top, name))}, which was there`);
      print(pc.dim(`\n${nextCommand(top, packages, kept)}`));
    });
};

/** A `package.json` that was there knows nothing of the packages that hold the data. */
function nextCommand(top: string, packages: Readonly<Record<string, string>>, kept: readonly string[]): string {
  const named = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  const install = kept.includes('package.json') ? `npm install --save-dev ${named.join(' ')}` : 'npm install';
  return [
    ...(top === process.cwd() ? [] : [`cd ${shownPath(top)}`]),
    ...(named.length > 0 ? [install] : []),
    'npx lapidary run',
  ].join(' && ');
}

/**
 * Writes what is not there of the project's own files. A template's must not be there: a pipeline of another's is not mixed with data of
 * this one.
 */
export async function writeProject(
  top: string,
  template: Template,
  packages: Readonly<Record<string, string>>,
): Promise<{ readonly written: readonly string[]; readonly kept: readonly string[] }> {
  const files = template.files();
  const taken = Object.keys(files).find((name) => existsSync(join(top, name)));
  if (taken !== undefined) {
    const why = taken === 'lapidary.yaml' ? 'this is a project' : 'it is not written over';
    throw new UsageError(`${shownPath(join(top, taken))} is there already: ${why}`);
  }
  const written: string[] = [];
  const kept: string[] = [];
  for (const [name, text] of Object.entries({ ...projectFiles(lapidaryVersion, packages), ...files })) {
    const path = join(top, name);
    await mkdir(dirname(path), { recursive: true });
    const isNew = await writeNew(path, text);
    (isNew ? written : kept).push(name);
  }
  return { written, kept };
}

/** Writes a file unless there is one, and tells which. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
