import { readFileSync } from 'node:fs';

/** Each package, at the version that the pipelines of this package are run with: its package.json names them for that. */
export function dataPackages(names: readonly string[]): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { devDependencies } = JSON.parse(text) as { readonly devDependencies: Readonly<Record<string, string>> };
  return Object.fromEntries(
    names.map((name) => {
      const version = devDependencies[name];
      if (version === undefined) throw new Error(`package.json does not name ${name}`);
      return [name, version];
    }),
  );
}
