/**
 * Keeps the files that a node has read from outside the store, so that `reproduce` can bring them back when they have
 * been edited since. What an installed package ships is left out, and so is what is too large to keep twice; what came
 * from another machine is in the store already.
 */
import { stat } from 'node:fs/promises';
import type { Store } from '../cache/store.js';
import type { SourceFile } from './kind.js';

/** A larger file is not kept; it is brought back from git, or not at all. */
export const keptSource_bytes = 64 << 20;

export async function keepSources(sources: readonly SourceFile[], store: Store): Promise<void> {
  for (const { name, path, origin } of sources) {
    if (origin !== undefined || name.startsWith('npm:') || (await stat(path)).size > keptSource_bytes) continue;
    await store.publish(path);
  }
}
