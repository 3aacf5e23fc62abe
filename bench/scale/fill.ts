/**
 * Fills the store of a pipeline as a run would, but without starting a process for every node: the kind `command` runs
 * in this one and writes the node's name. Its keys are the same, so a run of the real command line finds all cached.
 */
import { writeFileSync } from 'node:fs';
import type { Catalog, Kind } from '../../engine/kind.js';
import { load, openSession, plan, run } from '../../engine/session.js';
import { catalog } from '../../nodes/catalog.js';

const command: Kind = {
  ...catalog.kinds.get('command')!,
  runs: 'inline',
  load: async () => ({
    run: async (context) => {
      writeFileSync(context.output('out'), JSON.stringify(context.config));
      return {};
    },
  }),
};

const trivial: Catalog = { ...catalog, kinds: new Map(catalog.kinds).set('command', command) };

/** Returns how many nodes there are. */
export async function fillStore(file: string, storeRoot: string): Promise<number> {
  const session = await openSession({ catalog: trivial, file, storeRoot });
  const loaded = await load(session.options);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics.slice(0, 3)));
  const planned = await plan(session, loaded.value);
  const finished = await run(session, planned, { signal: new AbortController().signal, emit: () => {} });
  if (!finished.ok || finished.value.result.status !== 'done') throw new Error(`${file} could not be run`);
  return planned.nodes.length;
}
