/** The directions in which the folders may import one another. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';

/** Folder → the folders that it may import, besides itself. The longest prefix that matches a file counts. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  cache: [],
  schemas: [],
  engine: ['cache', 'schemas'],
  'nodes/tensor': [],
  'nodes/nn': ['nodes/tensor'],
  'nodes/optim': ['nodes/tensor'],
  'nodes/loss': ['nodes/tensor'],
  nodes: ['engine', 'cache', 'schemas', 'nodes/tensor', 'nodes/nn', 'nodes/optim', 'nodes/loss'],
};

/** What the folders below `nodes` that hold no kinds may take of the engine: the words for failures. */
const shared = ['engine/failure.ts'];

const folders = Object.keys(allowed).sort((a, b) => b.length - a.length);
const folderOf = (file: string): string | undefined => folders.find((folder) => file.startsWith(`${folder}/`));

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

/** Every relative import of a file, as the path of a source file. */
function importsOf(file: string): { readonly target: string; readonly typeOnly: boolean; readonly lazy: boolean }[] {
  const text = readFileSync(file, 'utf8');
  const pattern = /(import|export)\s+(type\s)?[^;'"]*?from\s+'(\.[^']+)'|(import)\(\s*'(\.[^']+)'\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => ({
    target: normalize(join(dirname(file), (match[3] ?? match[5])!)).replace(/\.js$/, '.ts'),
    typeOnly: match[2] !== undefined,
    lazy: match[4] !== undefined,
  }));
}

const files = ['cache', 'schemas', 'engine', 'nodes'].flatMap(sourceFiles);

t.test('no folder imports against the direction', async (t) => {
  t.ok(files.length > 80, 'the sources are found');
  let count = 0;
  for (const file of files) {
    const folder = folderOf(file)!;
    for (const { target } of importsOf(file)) {
      count += 1;
      const to = folderOf(target);
      if (to === folder || shared.includes(target)) continue;
      if (!to || !allowed[folder]!.includes(to)) t.fail(`${file} imports ${target}`);
    }
  }
  t.ok(count > 200, 'the imports are found');
});

/** A stage of the engine's front half may import only what stands before it. */
const stages = ['source', 'parse', 'validate', 'resolve', 'graph', 'plan', 'execute', 'record', 'session', 'watch'];

t.test('an earlier stage never imports a later one', async (t) => {
  for (const [index, stage] of stages.entries()) {
    const later = new Set(stages.slice(index + 1).map((name) => `engine/${name}.ts`));
    for (const { target, typeOnly } of importsOf(`engine/${stage}.ts`)) {
      if (later.has(target) && !typeOnly) t.fail(`engine/${stage}.ts imports ${target}`);
    }
  }
});

t.test('check, plan and the catalog load no tensor library, tokenizer or runtime', async (t) => {
  const heavy = /@tensorflow|onnxruntime|from 'tokenizers'/;
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    if (heavy.test(readFileSync(file, 'utf8').replace(/import type[^;]*;/g, '')))
      t.fail(`${file} loads a heavy library`);
    for (const { target, typeOnly, lazy } of importsOf(file)) if (!typeOnly && !lazy) visit(target);
  };
  for (const file of ['nodes/catalog.ts', 'engine/session.ts', 'engine/cli/main.ts']) visit(file);
  t.ok(seen.size > 40);
});
