/** Of several responses to a prompt, the one that scores highest. Pure. */

/**
 * An upper bound of KL(best of n ‖ the distribution that the n are drawn from), in nats a response: log n − (n − 1)/n
 * (Stiennon et al. 2020, appendix G.3; that it is a bound, not always the value: Beirami et al. 2024).
 */
export function bestOfNKlBound(n: number): number {
  return Math.log(n) - (n - 1) / n;
}

/** The place of the highest score; of equals, the first. `scores` must not be empty. */
export function bestOf(scores: ArrayLike<number>): number {
  let best = 0;
  for (let place = 1; place < scores.length; place++) if (scores[place]! > scores[best]!) best = place;
  return best;
}

/**
 * The mean over prompts of the best score among the first k of n responses, for k = 1 … n: what a smaller n would have given, from
 * the same draws. `groups` holds the scores of each prompt, all of them n.
 */
export function meanBestOfFirst(groups: readonly (readonly number[])[]): number[] {
  const [first = []] = groups;
  return first.map((_, last) => {
    const bests = groups.map((scores) => Math.max(...scores.slice(0, last + 1)));
    return bests.reduce((sum, score) => sum + score, 0) / bests.length;
  });
}
