/** Users' modules that must not reach the engine: they throw, end the process, or never come to their end. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import { createModuleLoader } from '../../../engine/user-code/load-module.js';
import { fakeCatalog } from '../fake/catalog.js';
import { makeRig } from '../fake/rig.js';

const node = `export default defineNode({
  description: 'Nothing.',
  schema: { type: 'object', properties: {} },
  outputs: { out: { type: 'file', description: 'Nothing.' } },
  run() {},
});
`;

async function load(t: Test, body: string) {
  const rig = makeRig(t);
  rig.write('node.js', `import { defineNode } from 'lapidary';\n${body}\n${node}`);
  const catalog = { ...fakeCatalog, workerEntry: pathToFileURL(resolve('dist/test/engine/fake/worker.js')) };
  const loader = createModuleLoader({ catalog, storeRoot: rig.path('.lapidary'), limit_ms: 3000 });
  return { rig, module: await loader.load(rig.path('node.js')) };
}

t.test('a module that is right', async (t) => {
  const { module } = await load(t, '');
  t.match(module, { description: { is: 'node' }, diagnostics: [], code: { digest: /^sha256:/ } });
});

t.test('one that throws, with the place in its own file', async (t) => {
  const { rig, module } = await load(t, '// a line that the bundle has not\nnull.nothing;');
  t.match(module.diagnostics, [
    { code: 'code-not-loaded', message: /TypeError/, location: { file: rig.path('node.js') } },
  ]);
  const { start } = module.diagnostics[0]!.location!;
  t.equal(rig.read('node.js').slice(0, start).split('\n').length, 3);
});

t.test('one that throws what is no error, ends the process, or never ends', async (t) => {
  t.match((await load(t, "throw 'a text';")).module.diagnostics, [{ message: /it threw a text/ }]);
  t.match((await load(t, 'process.exit(0);')).module.diagnostics, [{ message: /The process that loads it ends/ }]);
  t.match((await load(t, 'for (;;);')).module.diagnostics, [{ code: 'code-not-loaded', message: /not loaded after/ }]);
});
