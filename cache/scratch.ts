/** Scratch: a folder for each key, which outlives a crash, so that the next attempt goes on from there. */
import { mkdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Layout, scratchPath } from './layout.js';
import { guard, guardSync, systemCode } from './store-error.js';
import { temporaryName } from './temporary.js';

/** Absolute path of the scratch folder of `key`, made when there is none. */
export function openScratch(layout: Layout, key: string): string {
  const path = scratchPath(layout, key);
  guardSync('writing the store', layout.work, () => mkdirSync(path, { recursive: true }));
  return path;
}

/** Removes the scratch of `key`. It goes at once or not at all: half a checkpoint must never be found there. */
export async function discardScratch(layout: Layout, key: string): Promise<void> {
  const path = scratchPath(layout, key);
  const waste = join(layout.tmp, temporaryName());
  await guard('writing the store', layout.work, async () => {
    try {
      await rename(path, waste);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return;
      throw error;
    }
    await rm(waste, { recursive: true, force: true });
  });
}
