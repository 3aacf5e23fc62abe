/** How scores are spread. Pure. */
export interface Distribution {
  readonly mean: number;
  /** Of the scores themselves, not an estimate for a larger set. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** All are the same, but for rounding. */
  readonly constant: boolean;
}

/** `scores` must not be empty. */
export function distributionOf(scores: ArrayLike<number>): Distribution {
  const values = Array.from(scores);
  const mean = values.reduce((sum, score) => sum + score, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, score) => sum + (score - mean) ** 2, 0) / values.length);
  const min = values.reduce((least, score) => Math.min(least, score));
  const max = values.reduce((most, score) => Math.max(most, score));
  return { mean, std, min, max, constant: max - min <= 1e-6 * Math.max(1, Math.abs(mean)) };
}
