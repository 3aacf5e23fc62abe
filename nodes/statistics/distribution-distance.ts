/** How far two distributions over the same things are apart. Pure. */

/**
 * Jensen–Shannon divergence in bits (Lin 1991): 0 for equal distributions, 1 for those that share nothing. The arguments are counts of the
 * same things in the same order, and each has a positive sum.
 */
export function jensenShannon(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [totalA, totalB] = [sumOf(a), sumOf(b)];
  let bits = 0;
  for (let index = 0; index < a.length; index++) {
    const [p, q] = [a[index]! / totalA, b[index]! / totalB];
    const middle = (p + q) / 2;
    if (p > 0) bits += 0.5 * p * Math.log2(p / middle);
    if (q > 0) bits += 0.5 * q * Math.log2(q / middle);
  }
  return Math.max(0, bits);
}

/**
 * Population stability index: Σ (q − p) ln (q / p), of `found` against `expected`. Half a row is added to each count, so that what is
 * missing on one side does not make it infinite.
 */
export function populationStability(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  const smoothed = (counts: ArrayLike<number>) => {
    const total = sumOf(counts) + counts.length / 2;
    return Array.from(counts, (count) => (count + 0.5) / total);
  };
  const [p, q] = [smoothed(expected), smoothed(found)];
  return p.reduce((sum, part, index) => sum + (q[index]! - part) * Math.log(q[index]! / part), 0);
}

/** What an index of population stability is taken to say (Siddiqi 2006, “Credit Risk Scorecards”). */
export function stabilityInWords(index: number): 'stable' | 'moderate shift' | 'large shift' {
  return index < 0.1 ? 'stable' : index < 0.25 ? 'moderate shift' : 'large shift';
}

function sumOf(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < counts.length; index++) sum += counts[index]!;
  return sum;
}
