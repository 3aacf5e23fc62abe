/** What a ranking says, as comparisons of two responses each. Pure. */
import type { RankingRow } from '../data/row-types.js';

/** Of two responses of a prompt, by their indices, which is better. */
export interface Comparison {
  readonly better: number;
  readonly worse: number;
  /** How many ranks lie between them: 1 for neighbours. Responses that are tied have one rank. */
  readonly distance: number;
  /** By how much the better one's reward should exceed the other's, beyond being larger. */
  readonly margin: number;
}

/** The rank of each response, from 0 for the best; tied responses have the same, and no rank is left out. */
export function ranksOf({ ranking, ties }: Pick<RankingRow, 'ranking' | 'ties'>): number[] {
  const groupOf = new Map((ties ?? []).flatMap((tied) => tied.map((response) => [response, tied] as const)));
  const ranks = new Array<number>(ranking.length);
  let rank = -1;
  for (const [place, response] of ranking.entries()) {
    const before = ranking[place - 1];
    const tied = before !== undefined && groupOf.get(response)?.includes(before);
    ranks[response] = tied ? rank : ++rank;
  }
  return ranks;
}

/** All pairs of responses of which one is better: C(K, 2) of K responses without ties. Better ones come first. */
export function comparisonsOf(row: Pick<RankingRow, 'ranking' | 'ties'>): Comparison[] {
  const ranks = ranksOf(row);
  return row.ranking.flatMap((better, place) =>
    row.ranking
      .slice(place + 1)
      .map((worse) => ({ better, worse, distance: ranks[worse]! - ranks[better]!, margin: 0 }))
      .filter(({ distance }) => distance > 0),
  );
}
