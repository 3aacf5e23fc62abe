/**
 * A user's module → one self-contained ES module, by esbuild: its own files and the packages that it imports. What the
 * bundle holds is what its digest, and so the key of a node, stands for: no path and no comment.
 */
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, BuildResult, Message, Plugin } from 'esbuild';
import { compareCodePoints } from '../../cache/code-point-order.js';
import { type Digest, digestBytes } from '../../cache/digest.js';
import type { Diagnostic, Location } from '../diagnostic.js';
import { fail, type Result, succeed } from '../result.js';

/** A part of a bundle: a file of the user's, or a package with all of its files that are used. */
export interface CodeFile {
  /** Relative to the folder of the module, `/`-separated, or `npm:<package>`. */
  readonly name: string;
  readonly digest: Digest;
}

export interface Bundle {
  readonly digest: Digest;
  readonly code: string;
  /** A source map, version 3, with absolute file URLs: for places in messages, apart from the digest. */
  readonly map: string;
  /** What it was made of, sorted by name. */
  readonly files: readonly CodeFile[];
  /** Absolute paths of the user's own files among these. */
  readonly paths: readonly string[];
}

/** Where a bundle finds what it imports from `lapidary`: it is not part of the bundle, so that an upgrade reruns nothing. */
export const apiSymbol = 'lapidary.api';

/** CommonJS packages inside an ES module ask for `require`. */
const banner =
  "import{createRequire as __lapidaryRequire}from'node:module';const require=__lapidaryRequire(import.meta.url);";

/** `apiNames` is all that may be imported from `lapidary`. Errors have their place in the user's files. */
export async function bundleModule(path: string, apiNames: readonly string[]): Promise<Result<Bundle>> {
  const entry = await realpath(path);
  const folder = dirname(entry);
  // Most pipelines have no code of a user's, and need not wait for what bundles it.
  const { build } = await import('esbuild');
  let result: BuildResult<{ write: false; metafile: true }>;
  try {
    result = await build({
      absWorkingDir: folder,
      entryPoints: [entry],
      outfile: join(folder, 'bundle.mjs'),
      write: false,
      metafile: true,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'external',
      // Without these the bundle would hold the paths of its files, as comments and as names.
      minifyWhitespace: true,
      minifyIdentifiers: true,
      keepNames: true,
      legalComments: 'none',
      charset: 'utf8',
      tsconfigRaw: {},
      logLevel: 'silent',
      banner: { js: banner },
      plugins: [provideApi(apiNames)],
    });
  } catch (error) {
    const { errors } = error as BuildFailure;
    if (!Array.isArray(errors)) throw error;
    return fail(await Promise.all(errors.map((message) => diagnosticOf(message, folder, 'error'))));
  }
  const code = result.outputFiles.find(({ path }) => path.endsWith('.mjs'))!.text;
  const map = result.outputFiles.find(({ path }) => path.endsWith('.map'))!.text;
  const inputs = Object.keys(result.metafile.inputs).filter((name) => !name.startsWith('lapidary:'));
  const own = inputs.filter((name) => packageOf(name) === undefined);
  const warnings = await Promise.all(
    result.warnings
      .filter(({ location }) => location !== null && packageOf(location.file) === undefined)
      .map((message) => diagnosticOf(message, folder, 'warning')),
  );
  const bundle: Bundle = {
    digest: digestBytes(code),
    code,
    map: withAbsoluteSources(map, folder),
    files: await codeFiles(inputs, folder),
    paths: own.map((name) => resolve(folder, name)).sort(compareCodePoints),
  };
  return succeed(bundle, warnings);
}

/** `lapidary`, from wherever it is imported, is what the running engine hands out. */
function provideApi(names: readonly string[]): Plugin {
  return {
    name: 'lapidary',
    setup(build) {
      build.onResolve({ filter: /^lapidary$/ }, () => ({ path: 'api', namespace: 'lapidary', sideEffects: false }));
      build.onLoad({ filter: /.*/, namespace: 'lapidary' }, () => ({
        contents: names
          .map((name) => `export const ${name} = globalThis[Symbol.for('${apiSymbol}')].${name};`)
          .join('\n'),
      }));
    },
  };
}

async function diagnosticOf(message: Message, folder: string, severity: Diagnostic['severity']): Promise<Diagnostic> {
  const location = message.location ? await locate(message.location, folder) : undefined;
  const note = message.notes[0]?.text;
  return {
    code: severity === 'error' ? 'code-not-bundled' : 'code-warning',
    severity,
    message: message.text,
    ...(location ? { location } : {}),
    ...(note ? { hint: note } : {}),
  };
}

/** esbuild counts lines from 1, and columns in bytes of UTF-8. */
async function locate(place: NonNullable<Message['location']>, folder: string): Promise<Location | undefined> {
  const file = resolve(folder, place.file);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const line = Buffer.from(place.lineText);
  const units = (bytes: number): number => line.subarray(0, bytes).toString('utf8').length;
  const start = offsetOfLine(text, place.line) + units(place.column);
  const length = units(place.column + place.length) - units(place.column);
  return { file, start, end: Math.min(start + Math.max(1, length), text.length) };
}

/** Where a line, counted from 1, begins. */
export function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let at = 1; at < line; at++) {
    const next = text.indexOf('\n', offset);
    if (next < 0) return text.length;
    offset = next + 1;
  }
  return offset;
}

/** `../node_modules/@scope/name/x.js` → `@scope/name`. */
function packageOf(name: string): string | undefined {
  const inside = name.split('node_modules/').at(-1)!;
  return inside === name ? undefined : /^(?:@[^/]+\/)?[^/]+/.exec(inside)?.[0];
}

async function codeFiles(inputs: readonly string[], folder: string): Promise<CodeFile[]> {
  const parts = new Map<string, { name: string; digest: Digest }[]>();
  for (const input of [...inputs].sort(compareCodePoints)) {
    const inPackage = packageOf(input);
    const path = resolve(folder, input);
    const part = inPackage === undefined ? relative(folder, path).split(sep).join('/') : `npm:${inPackage}`;
    const digest = digestBytes(await readFile(path));
    parts.set(part, [...(parts.get(part) ?? []), { name: input.split('node_modules/').at(-1)!, digest }]);
  }
  return [...parts]
    .map(([name, files]) => ({
      name,
      digest: files.length === 1 ? files[0]!.digest : digestBytes(JSON.stringify(files)),
    }))
    .sort((a, b) => compareCodePoints(a.name, b.name));
}

function withAbsoluteSources(map: string, folder: string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  return JSON.stringify({
    ...parsed,
    sources: parsed.sources.map((source) =>
      source.startsWith('lapidary:') ? source : pathToFileURL(resolve(folder, source)).href,
    ),
  });
}
