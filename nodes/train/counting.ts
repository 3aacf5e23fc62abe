import type { RunContext } from '../../engine/kind.js';
import { reasonFor } from './self-supervised.js';

/** Gathers the reasons for which rows are dropped or cut, and reports them for a port. */
export async function counting<Result>(
  context: Pick<RunContext<unknown>, 'count'>,
  port: string,
  body: (count: (reason: string) => void) => Promise<Result>,
): Promise<Result> {
  const counts = new Map<string, number>();
  const result = await body((reason) => void counts.set(reason, (counts.get(reason) ?? 0) + 1));
  for (const [reason, rows] of counts) context.count(reasonFor(port, reason), rows);
  return result;
}
