/** From scores to ranks. Pure. */
import type { ScoredResponse } from './scored-responses.js';

export interface RankedResponses {
  /** Indices of the responses, the best first; equal scores in the order of the rows. */
  readonly ranking: readonly number[];
  /** Those of one rank together, the best rank first. */
  readonly ranks: readonly (readonly number[])[];
}

/**
 * A response has the rank of the best one that is at most `tolerance` better. So the scores of a rank lie within the tolerance,
 * and a long row of small steps does not become one tie.
 */
export function rankResponses(
  responses: readonly ScoredResponse[],
  { tolerance, higherIsBetter }: { readonly tolerance: number; readonly higherIsBetter: boolean },
): RankedResponses {
  const worth = (index: number) => (higherIsBetter ? 1 : -1) * responses[index]!.score;
  const ranking = [...responses.keys()].sort((a, b) => worth(b) - worth(a) || a - b);
  const ranks: number[][] = [];
  for (const index of ranking) {
    const open = ranks.at(-1);
    if (open && worth(open[0]!) - worth(index) <= tolerance) open.push(index);
    else ranks.push([index]);
  }
  return { ranking, ranks };
}

export type Pairing = 'all' | 'best_worst' | 'adjacent';

/** Indices of a better and of a worse response. There are none where all are tied. */
export function pairResponses({ ranks }: RankedResponses, pairing: Pairing): [better: number, worse: number][] {
  if (pairing === 'best_worst') return ranks.length < 2 ? [] : [[ranks[0]![0]!, ranks.at(-1)!.at(-1)!]];
  return ranks.flatMap((better, rank) => {
    const worse = pairing === 'adjacent' ? (ranks[rank + 1] ?? []) : ranks.slice(rank + 1).flat();
    return better.flatMap((a) => worse.map((b): [number, number] => [a, b]));
  });
}
