/** What is in a bundle, and what is not: its digest is part of a node's key. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { type Bundle, bundleModule } from '../../../engine/user-code/bundle.js';

const files = {
  'count.ts': `import { defineNode } from 'lapidary';
import { twice } from './lib/twice.ts';
import { existsSync } from 'cjs-package';
export default defineNode({ run: () => twice(existsSync('/') ? 1 : 0) });
`,
  'lib/twice.ts': 'export function twice(value: number): number {\n  const result = value * 2;\n  return result;\n}\n',
  'node_modules/cjs-package/index.js':
    "const fs = require('fs');\nexports.existsSync = (path) => fs.existsSync(path);\n",
};

function folderOf(t: Test, changed: Readonly<Record<string, string>> = {}, below = ''): string {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'lapidary-bundle-')));
  t.teardown(() => rmSync(top, { recursive: true, force: true }));
  for (const [name, text] of Object.entries({ ...files, ...changed })) {
    mkdirSync(dirname(join(top, below, name)), { recursive: true });
    writeFileSync(join(top, below, name), text);
  }
  return join(top, below);
}

async function bundleIn(folder: string): Promise<Bundle> {
  const bundled = await bundleModule(join(folder, 'count.ts'), ['defineNode']);
  if (!bundled.ok) throw new Error(JSON.stringify(bundled.diagnostics));
  return bundled.value;
}

t.test('the digest is that of the code, wherever it stands and however it is written', async (t) => {
  const first = await bundleIn(folderOf(t));
  const elsewhere = await bundleIn(folderOf(t, {}, 'deep/er'));
  t.equal(elsewhere.digest, first.digest, 'the folder does not count');
  t.notMatch(first.code, /twice\.ts|node_modules|lapidary-bundle/, 'no path is in it');
  const rewritten = files['lib/twice.ts'].replaceAll('\n  ', '\n\n      ').replace('{\n', '{ // twice it is\n');
  const same = await bundleIn(folderOf(t, { 'lib/twice.ts': rewritten }));
  t.equal(same.digest, first.digest, 'comments and white space do not count');
  const other = await bundleIn(folderOf(t, { 'lib/twice.ts': files['lib/twice.ts'].replace('* 2', '* 3') }));
  t.not(other.digest, first.digest, 'what it imports counts');
  const changed = other.files.filter(({ digest }, index) => digest !== first.files[index]!.digest);
  t.same(
    changed.map(({ name }) => name),
    ['lib/twice.ts'],
  );
  t.same(
    first.files.map(({ name }) => name),
    ['count.ts', 'lib/twice.ts', 'npm:cjs-package'],
  );
  t.match(JSON.parse(first.map).sources[0], /^file:\/\/\//);
});

t.test('what cannot be bundled is told with its place', async (t) => {
  const cases: [string, RegExp, string][] = [
    ['export default (', /Unexpected end of file/, 'a syntax error'],
    ["import x from './nope.ts';\nexport default x;", /Could not resolve "\.\/nope\.ts"/, 'a file that is not there'],
    ["import { defineNod } from 'lapidary';\nexport default defineNod;", /No matching export.*defineNod/, 'a slip'],
    ["const ü = 'ü'; import x from 'not-installed';\nexport default x + ü;", /not-installed/, 'a missing package'],
  ];
  for (const [text, message, what] of cases) {
    const folder = folderOf(t, { 'count.ts': text });
    const bundled = await bundleModule(join(folder, 'count.ts'), ['defineNode']);
    if (bundled.ok) return t.fail(what);
    const { location, ...found } = bundled.diagnostics[0]!;
    t.match(found, { code: 'code-not-bundled', severity: 'error', message }, what);
    t.equal(location?.file, join(folder, 'count.ts'), what);
    if (what === 'a missing package') t.equal(text.slice(location!.start, location!.end), "'not-installed'");
  }
});
