/** A project to begin with, as text: what `lapidary init` writes. */
export interface Template {
  readonly name: string;
  /** One line for people. */
  readonly description: string;
  /** npm packages that the pipeline reads data from. */
  readonly packages: readonly string[];
  /** Path in the project, `/`-separated → text. The pipeline is `lapidary.yaml`, which every command takes by default. */
  files(): Readonly<Record<string, string>>;
}

/** Whatever the project does: what git, npm and an editor want to know. `packages`: name → version of what holds its data. */
export function projectFiles(
  lapidaryVersion: string,
  packages: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const manifest = {
    private: true,
    type: 'module',
    devDependencies: { lapidary: `^${lapidaryVersion}`, typescript: '^5.9.0', ...packages },
  };
  return {
    '.gitignore': '.lapidary/\nnode_modules/\n',
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
  };
}
