import { resolve } from 'node:path';
import pc from 'picocolors';
import type { Diagnostic } from '../diagnostic.js';
import type { Catalog, Kind } from '../kind.js';
import { listOptions } from '../list-options.js';
import { loadKindAt } from '../load.js';
import { nearest } from '../nearest.js';
import { findProject } from '../project.js';
import { createModuleLoader } from '../user-code/load-module.js';
import type { RegisterCommand } from './command.js';
import { exitCodes, print, printDiagnostics, printJson, table, UsageError } from './output.js';

export const registerKinds: RegisterCommand = (program, { catalog, exit }) => {
  program
    .command('kinds [kind]')
    .description(
      'list the kinds of nodes, or describe one: also a module of your own (./node.ts) or a pipeline (./part.yaml)',
    )
    .option('--json', 'print JSON for programs')
    .action(async (name: string | undefined, options: { readonly json?: boolean }) => {
      const kinds = [...catalog.kinds.values()];
      if (name === undefined) {
        if (options.json) return printJson(kinds.map(describe));
        return print(table(kinds.map((kind) => [pc.bold(kind.name), kind.description.split('. ')[0]!])));
      }
      const kind = catalog.kinds.get(name) ?? (isPath(name) ? await kindAt(name, catalog) : undefined);
      if (kind !== undefined && 'diagnostics' in kind) {
        printDiagnostics(kind.diagnostics, options.json === true);
        return exit(exitCodes.invalid);
      }
      if (!kind) {
        const near = nearest(name, [...catalog.kinds.keys()]);
        throw new UsageError(
          `there is no kind ${name}${near ? `; did you mean ${near}?` : '; `lapidary kinds` lists them'}`,
        );
      }
      if (options.json) return printJson(describe(kind));
      print(kindText(kind));
    });
};

const isPath = (name: string): boolean => /^\.{0,2}\//.test(name);

/** The kind that `uses: path` would mean in a pipeline of the current folder. */
async function kindAt(path: string, catalog: Catalog): Promise<Kind | { readonly diagnostics: readonly Diagnostic[] }> {
  const modules = createModuleLoader({ catalog, storeRoot: findProject(process.cwd()).storeRoot });
  return loadKindAt(resolve(path), catalog, { environment: process.env, modules });
}

function describe(kind: Kind): object {
  const outputs = Object.entries(kind.outputs).map(([port, { type, description }]) => [port, { type, description }]);
  return {
    name: kind.name,
    version: kind.version,
    description: kind.description,
    inputs: kind.inputs,
    outputs: Object.fromEntries(outputs),
    with: kind.schema,
  };
}

function kindText(kind: Kind): string {
  const ports = (entries: readonly (readonly [string, { readonly type: string; readonly description: string }])[]) =>
    table(entries.map(([port, { type, description }]) => [`  ${port}`, pc.dim(type), description]));
  const rows = listOptions(kind).map(({ path, schema, required }) => [
    `  ${path}`,
    pc.dim([schema.type ?? ''].flat().join(' | ')),
    required ? 'required' : schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
    schema.description ?? '',
  ]);
  const section = (title: string, text: string) => (text === '' ? [] : ['', pc.bold(title), text]);
  return [
    `${pc.bold(kind.name)}  ${pc.dim(`version ${kind.version}`)}`,
    kind.description,
    ...section('inputs', ports(Object.entries(kind.inputs))),
    ...section('outputs', ports(Object.entries(kind.outputs))),
    ...section('with', table(rows)),
  ].join('\n');
}
