/** Somebody who still holds an output open when it is published, and writes to it afterwards, changes nothing. */
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Catalog, defineKind } from '../../../engine/kind.js';
import { load, openSession, plan, run } from '../../../engine/session.js';
import { fakeCatalog } from '../fake/catalog.js';

const held: { descriptor: number; path: string }[] = [];

const haunted = defineKind<{ bytes: number }>({
  name: 'fake.haunted',
  version: 1,
  description: 'Leaves its output open for writing, as a process that it left behind might.',
  runs: 'inline',
  schema: {
    type: 'object',
    properties: { bytes: { type: 'integer', description: 'how large the output is' } },
    required: ['bytes'],
    additionalProperties: false,
  },
  inputs: {},
  outputs: { out: { type: 'file', description: 'zeros' } },
  load: async () => ({
    run: async (context) => {
      const path = context.output('out');
      writeFileSync(path, new Uint8Array(context.config.bytes));
      held.push({ descriptor: openSync(path, 'r+'), path });
      return {};
    },
  }),
});

t.test('outputs, small and large, that are written to after publication', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'lapidary-late-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'p.yaml');
  const sizes = [1000, 5 << 20];
  const nodes = sizes.map((bytes, i) => `  n${i}: { uses: fake.haunted, with: { bytes: ${bytes} } }`);
  writeFileSync(file, `name: p\nnodes:\n${nodes.join('\n')}\n`);
  const catalog: Catalog = { ...fakeCatalog, kinds: new Map([[haunted.name, haunted]]) };
  const session = await openSession({ catalog, file, storeRoot: join(directory, 'store') });
  const loaded = await load(session.options);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const planned = await plan(session, loaded.value);
  const finished = await run(session, planned, { signal: new AbortController().signal, emit: () => {} });
  if (!finished.ok) throw new Error('the run was refused');
  t.equal(held.length, sizes.length);
  for (const { descriptor, path } of held) {
    writeSync(descriptor, 'late', 0);
    closeSync(descriptor);
    t.notOk(existsSync(path), 'its scratch is gone');
  }
  for (const [i, bytes] of sizes.entries()) {
    const digest = finished.value.result.nodes.get(`n${i}`)!.trace!.outputs.out!;
    t.ok(readFileSync(session.store.fileOf(digest)).equals(Buffer.alloc(bytes)), `${bytes} bytes are as published`);
  }
});
