/** `lapidary init`: a project to begin with. What is there already stays as it is. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import pc from 'picocolors';
import type { RegisterCommand } from '../../engine/cli/command.js';
import { print, printJson, shownPath, UsageError } from '../../engine/cli/output.js';
import { lapidaryVersion } from '../../engine/version.js';
import { starter } from './starter.js';
import { projectFiles, type Template } from './template.js';

interface InitOptions {
  readonly json?: boolean;
}

export const registerInit: RegisterCommand = (program) => {
  program
    .command('init [folder]')
    .description(`write a project to begin with: ${starter.description}`)
    .option('--json', 'print JSON for programs')
    .action(async (folder: string | undefined, { json }: InitOptions) => {
      const top = resolve(folder ?? '.');
      const { written, kept } = await writeProject(top, starter);
      if (json) return printJson({ folder: top, written, kept });
      for (const name of written) print(`${pc.green('wrote')}  ${shownPath(join(top, name))}`);
      for (const name of kept) print(`${pc.yellow('kept')}   ${shownPath(join(top, name))}, which was there`);
      const enter = top === process.cwd() ? '' : `cd ${shownPath(top)} && `;
      if (written.includes('lapidary.yaml')) print(pc.dim(`\n${enter}npx lapidary run`));
    });
};

/** Writes the files that are not there. A pipeline of another's is not mixed with data of this one. */
export async function writeProject(
  top: string,
  template: Template,
): Promise<{ readonly written: readonly string[]; readonly kept: readonly string[] }> {
  if (existsSync(join(top, 'lapidary.yaml'))) {
    throw new UsageError(`${shownPath(join(top, 'lapidary.yaml'))} is there already: this is a project`);
  }
  const written: string[] = [];
  const kept: string[] = [];
  for (const [name, text] of Object.entries({ ...projectFiles(lapidaryVersion), ...template.files() })) {
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
