/** Throw-away files for tests. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'lapidary-test-'));
let files = 0;

/** Writes a file of this name into a folder of its own; returns its path. */
export function tempFile(name: string, content: string | Uint8Array = ''): string {
  const path = join(folder, `${files++}-${name}`);
  writeFileSync(path, content);
  return path;
}

/** A file of rows. */
export function tempRows(rows: readonly object[]): string {
  return tempFile('rows.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** All that an async iterable yields. */
export async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
