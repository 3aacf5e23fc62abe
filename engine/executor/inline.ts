/** Runs a light job in the engine's own process. */
import type { Store } from '../../cache/store.js';
import type { Executor } from '../job.js';
import type { Catalog } from '../kind.js';
import { runNode } from '../run-node.js';

/** `store` is the one that its jobs name. */
export function inlineExecutor(catalog: Catalog, store: Store): Executor {
  return (job, emit, signal) => runNode(catalog.kinds.get(job.kind)!, job, async () => store, emit, signal);
}
