/**
 * A user's module: bundled, loaded once to learn what it exports, its types checked. What was learnt is kept beside the
 * bundle under the digests of what it was learnt from, so that an unchanged module costs a bundling and no more.
 */
import { mkdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Digest, digestBytes, digestFile, digestHex } from '../../cache/digest.js';
import { openStore } from '../../cache/store.js';
import { guard } from '../../cache/store-error.js';
import { writeAtomically } from '../../cache/temporary.js';
import type { Diagnostic } from '../diagnostic.js';
import type { Catalog } from '../kind.js';
import { lapidaryVersion } from '../version.js';
import { type Bundle, bundleModule } from './bundle.js';
import { describeBundle, type Loaded, loadingLimit_ms } from './describe.js';
import type { Description } from './description.js';
import { loadFinding } from './load-finding.js';
import { checkTypes, findTypeScript } from './type-check.js';
import type { NodeCode } from './user-kind.js';

export interface UserModule {
  /** Absent where it could not be bundled. */
  readonly code?: NodeCode;
  /** Absent where it could not be loaded. */
  readonly description?: Description;
  /** Errors and warnings; without a place where they are about the module as a whole. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute paths of the user's files that it was made of, as far as they are known. */
  readonly paths: readonly string[];
}

export interface ModuleLoader {
  /** Each module is looked at once, as long as the loader lives. */
  load(path: string): Promise<UserModule>;
}

export interface LoaderOptions {
  readonly catalog: Pick<Catalog, 'workerEntry' | 'userApi'>;
  readonly storeRoot: string;
  readonly limit_ms?: number;
}

export function createModuleLoader(options: LoaderOptions): ModuleLoader {
  const modules = new Map<string, Promise<UserModule>>();
  return {
    load(path) {
      const loading = modules.get(path) ?? loadModule(path, options);
      modules.set(path, loading);
      return loading;
    },
  };
}

async function loadModule(path: string, options: LoaderOptions): Promise<UserModule> {
  const { catalog, storeRoot, limit_ms = loadingLimit_ms } = options;
  const bundled = await bundleModule(path, Object.keys(catalog.userApi.values));
  if (!bundled.ok) return { diagnostics: bundled.diagnostics, paths: [path] };
  const bundle = bundled.value;
  const folder = (await openStore(storeRoot)).layout.code;
  await guard('writing the store', folder, () => mkdir(folder, { recursive: true }));
  const stored = await keepBundle(bundle, folder);
  const loaded = await remember<Loaded>(
    join(folder, `${digestHex(bundle.digest)}.loaded.json`),
    folder,
    // What went wrong may go right another time, and its place is that of the file as it is now.
    ({ by, value }) => by === lapidaryVersion && value.status === 'described',
    async () => ({ by: lapidaryVersion, value: await describeBundle(catalog.workerEntry, stored, limit_ms) }),
  );
  const problem = loadFinding(loaded, bundle.paths);
  const types = problem
    ? { diagnostics: [], files: [] }
    : await typesOf(path, fileURLToPath(catalog.userApi.types), folder);
  return {
    code: { digest: bundle.digest, bundle: stored, files: bundle.files },
    ...(loaded.status === 'described' ? { description: loaded.description } : {}),
    diagnostics: [...bundled.warnings, ...(problem ? [problem] : []), ...types.diagnostics],
    paths: [...new Set([...bundle.paths, ...types.files])],
  };
}

/** Puts the bundle where a worker can import it. */
async function keepBundle({ digest, code, map }: Bundle, folder: string): Promise<string> {
  const name = `${digestHex(digest)}.mjs`;
  await writeUnlessSame(join(folder, `${name}.map`), map, folder);
  return writeUnlessSame(join(folder, name), `${code}\n//# sourceMappingURL=${name}.map\n`, folder);
}

async function writeUnlessSame(path: string, text: string, folder: string): Promise<string> {
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before !== text) await guard('writing the store', path, () => writeAtomically(path, text, folder));
  // So that `gc` sees that it is used; a store that cannot be written is none that gc clears.
  else await utimes(path, new Date(), new Date()).catch(() => {});
  return path;
}

interface Remembered<Value> {
  /** What it was made by or from. */
  readonly by: string;
  readonly value: Value;
}

/** What `file` holds, as long as it `holds`; otherwise what `make` gives, which is kept there. */
async function remember<Value>(
  file: string,
  folder: string,
  holds: (remembered: Remembered<Value>) => boolean | Promise<boolean>,
  make: () => Promise<Remembered<Value>>,
): Promise<Value> {
  try {
    const remembered = JSON.parse(await readFile(file, 'utf8')) as Remembered<Value>;
    if (await holds(remembered)) return remembered.value;
  } catch {
    // It is not there, or not whole: it is made anew.
  }
  const made = await make();
  await writeAtomically(file, JSON.stringify(made), folder).catch(() => {});
  return made.value;
}

interface Types {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly string[];
}

/** The findings of the type checker, which takes a second or two; JavaScript has no types to check. */
async function typesOf(path: string, apiTypes: string, folder: string): Promise<Types> {
  if (!/\.[cm]?tsx?$/.test(path)) return { diagnostics: [], files: [] };
  const compiler = findTypeScript(path);
  if (compiler === undefined) {
    const message = 'The types are not checked: no TypeScript is installed here';
    const hint = 'Install it: `npm install --save-dev typescript`.';
    return { diagnostics: [{ code: 'not-type-checked', severity: 'warning', message, hint }], files: [] };
  }
  const madeBy = async (files: readonly string[]): Promise<string> =>
    JSON.stringify([lapidaryVersion, compiler.version, await Promise.all(files.map(digestOrGone))]);
  return remember<Types>(
    join(folder, `${digestHex(digestBytes(path))}.types.json`),
    folder,
    async ({ by, value }) => by === (await madeBy(value.files)),
    async () => {
      const value = await checkTypes(path, compiler.entry, apiTypes);
      return { by: await madeBy(value.files), value };
    },
  );
}

const digestOrGone = (path: string): Promise<Digest | 'gone'> => digestFile(path).catch(() => 'gone' as const);
