/**
 * Checks the types of a user's module by the TypeScript that their project has: Lapidary brings none of its own. The
 * options are fixed, strict ones, so that the answer is the same in every project.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type typescript from 'typescript';
import type { Diagnostic } from '../diagnostic.js';

type TypeScript = typeof typescript;

/** Where a project's own TypeScript is, or `undefined`. */
export function findTypeScript(path: string): { readonly entry: string; readonly version: string } | undefined {
  try {
    const require = createRequire(path);
    const { version } = require('typescript/package.json') as { version: string };
    return { entry: require.resolve('typescript'), version };
  } catch {
    return undefined;
  }
}

export interface TypeCheck {
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute paths of the user's own files that were looked at, also those imported for their types alone. */
  readonly files: readonly string[];
}

/** `Could not find a declaration file`: a package without types is no mistake of its user. */
const untyped = 7016;

/** `apiTypes` is the declaration file of what is imported from `lapidary`. */
export async function checkTypes(path: string, typeScriptEntry: string, apiTypes: string): Promise<TypeCheck> {
  const imported = (await import(pathToFileURL(typeScriptEntry).href)) as { default: TypeScript };
  const ts = imported.default;
  const program = ts.createProgram([path], {
    noEmit: true,
    strict: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    allowJs: true,
    checkJs: false,
    resolveJsonModule: true,
    esModuleInterop: true,
    skipLibCheck: true,
    ...nodeTypes(path),
    paths: { lapidary: [apiTypes] },
  });
  const own = program.getSourceFiles().filter(({ fileName }) => isOwn(fileName, apiTypes));
  const found = own.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  return {
    files: own.map(({ fileName }) => fileName),
    diagnostics: found
      .filter(({ code }) => code !== untyped)
      .map(({ file, start = 0, length = 0, messageText, code }) => ({
        code: 'type-error',
        severity: 'error',
        message: ts.flattenDiagnosticMessageText(messageText, '\n'),
        ...(file ? { location: { file: file.fileName, start, end: start + length } } : {}),
        hint: `TypeScript says so (TS${code}).`,
      })),
  };
}

/** The types of Node.js: those of the user's project, or those that came with Lapidary. */
function nodeTypes(path: string): { types: string[]; typeRoots: string[] } {
  const folders = [path, fileURLToPath(import.meta.url)].flatMap((start) => {
    const roots: string[] = [];
    for (let at = dirname(start); ; at = dirname(at)) {
      roots.push(join(at, 'node_modules/@types'));
      if (at === dirname(at)) return roots;
    }
  });
  const root = folders.find((folder) => existsSync(join(folder, 'node')));
  return root === undefined ? { types: [], typeRoots: [] } : { types: ['node'], typeRoots: [root] };
}

function isOwn(file: string, apiTypes: string): boolean {
  return !file.includes('/node_modules/') && !file.startsWith(dirname(dirname(apiTypes)));
}
