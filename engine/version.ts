/** The versions that a record names. */
import { readFileSync } from 'node:fs';

/** Lapidary's own version, from its package.json. */
export const lapidaryVersion: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

export function versions(): Record<string, string> {
  return { lapidary: lapidaryVersion, node: process.versions.node, platform: `${process.platform}-${process.arch}` };
}
