/**
 * Fills the store of a pipeline as a run would, but without running anything and without waiting for the disk at every
 * node: each result is written down as if the command had written the node's id. A run of the real command line finds
 * all cached.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { encodeChecked } from '../../cache/checked-json.js';
import { digestBytes } from '../../cache/digest.js';
import { objectPath, tracePath } from '../../cache/layout.js';
import type { Trace } from '../../cache/trace-store.js';
import { keyComponents, keyOf } from '../../engine/key.js';
import { inputDigests } from '../../engine/plan.js';
import { load, openSession, plan } from '../../engine/session.js';
import { catalog } from '../../nodes/catalog.js';

/** Returns how many nodes there are. */
export async function fillStore(file: string, storeRoot: string): Promise<number> {
  const session = await openSession({ catalog, file, storeRoot });
  const loaded = await load(session.options);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics.slice(0, 3)));
  const { nodes, device } = await plan(session, loaded.value);
  const { layout } = session.store;
  const folders = new Set<string>();
  const write = (path: string, text: string): void => {
    if (!folders.has(dirname(path))) mkdirSync(dirname(path), { recursive: true });
    folders.add(dirname(path));
    writeFileSync(path, text);
  };
  const byId = new Map(loaded.value.nodes.map((node) => [node.id, node]));
  const outputs = new Map<string, Trace['outputs']>();
  for (const {
    node: { id },
  } of nodes) {
    const node = byId.get(id)!;
    const components = keyComponents(node, inputDigests(node, outputs), [], device);
    const out = digestBytes(id);
    const trace: Trace = {
      version: 1,
      key: keyOf(components),
      components: components as unknown as Trace['components'],
      outputs: { out },
      metrics: {},
      counts: {},
      displays: [],
      warnings: [],
      environment: {},
      created: new Date(0).toISOString(),
      duration_ms: 1,
    };
    write(objectPath(layout, out), id);
    write(tracePath(layout, trace.key), encodeChecked(trace, undefined, 1));
    outputs.set(id, trace.outputs);
  }
  return nodes.length;
}
