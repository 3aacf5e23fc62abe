/** How the rows of two files of JSON Lines differ, as multisets: which are new, and which are gone. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface RowChanges {
  /** Rows there were, and are. */
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
}

/** `undefined` where one of the files holds something else than JSON objects, one a line. */
export async function compareRows(before: string, after: string): Promise<RowChanges | undefined> {
  const balance = new Map<string, number>();
  const counts = [0, 0];
  for (const [side, path] of [before, after].entries()) {
    const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) {
      if (counts[side] === 0 && !isObject(line)) return undefined;
      counts[side]!++;
      // A hash of a long row takes less room than the row.
      const name = line.length <= 40 ? line : createHash('sha256').update(line).digest('base64');
      balance.set(name, (balance.get(name) ?? 0) + (side === 0 ? -1 : 1));
    }
  }
  let added = 0;
  let removed = 0;
  for (const difference of balance.values()) {
    if (difference > 0) added += difference;
    else removed -= difference;
  }
  return { before: counts[0]!, after: counts[1]!, added, removed };
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
