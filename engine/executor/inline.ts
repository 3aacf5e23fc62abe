/** Runs a light job in the engine's own process. */
import type { Executor } from '../job.js';
import type { Catalog } from '../kind.js';
import { runNode } from '../run-node.js';

export function inlineExecutor(catalog: Catalog): Executor {
  return (job, emit, signal) => runNode(catalog.kinds.get(job.kind)!, job, emit, signal);
}
