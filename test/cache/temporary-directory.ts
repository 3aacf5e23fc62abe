import { chmodSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty folder that is gone when the test is over. */
export function temporaryDirectory(t: { teardown(fn: () => void): unknown }): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'lapidary-cache-')));
  // So that a child of another user can reach what it is allowed to.
  chmodSync(directory, 0o755);
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Paths of all files below `directory`, relative to it, sorted. */
export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}
