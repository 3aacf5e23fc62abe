/**
 * SentencePiece's BPE keeps no list of merges: of all neighbours that make a piece, those are joined whose piece has
 * the highest score. A list in the order of the scores does the same: each way to cut a piece into two pieces is a merge.
 */

/** Pairs, the first to be merged first. `isPiece` tells the ids that merging may yield; others are matched whole. */
export function scoredMerges(
  tokens: readonly string[],
  scores: readonly number[],
  isPiece: (id: number) => boolean,
): (readonly [string, string])[] {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: { readonly pair: readonly [string, string]; readonly score: number; readonly order: number[] }[] = [];
  for (const [id, token] of tokens.entries()) {
    if (!isPiece(id)) continue;
    const characters = [...token];
    for (let cut = 1; cut < characters.length; cut++) {
      const left = characters.slice(0, cut).join('');
      const right = characters.slice(cut).join('');
      const [leftId, rightId] = [ids.get(left), ids.get(right)];
      if (leftId === undefined || rightId === undefined || !isPiece(leftId) || !isPiece(rightId)) continue;
      merges.push({ pair: [left, right], score: scores[id]!, order: [id, leftId, rightId] });
    }
  }
  merges.sort((a, b) => b.score - a.score || compare(a.order, b.order));
  return merges.map(({ pair }) => pair);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at === -1 ? 0 : a[at]! - b[at]!;
}
