/** Scores that only true probabilities make best. Pure. */

/**
 * Brier 1950: of two labels, the mean of (p − y)² for one of them; of more, the mean over examples of Σ (p − y)² over the
 * labels, which scikit-learn calls `scale_by_half="auto"`. Probabilities sum up to 1; `truth` holds each one's label.
 */
export function brierScore(probabilities: readonly ArrayLike<number>[], truth: readonly number[]): number {
  const scale = (probabilities[0]?.length ?? 0) <= 2 ? 0.5 : 1;
  const sums = probabilities.map((row, index) =>
    Array.from(row).reduce((sum, p, label) => sum + (p - (label === truth[index] ? 1 : 0)) ** 2, 0),
  );
  return (scale * sums.reduce((total, sum) => total + sum, 0)) / sums.length;
}

/** Of labels that are independent of one another: the mean of (p − y)² over examples and labels. */
export function multiLabelBrierScore(
  probabilities: readonly ArrayLike<number>[],
  truth: readonly (readonly number[])[],
): number {
  const sums = probabilities.map((row, index) =>
    Array.from(row).reduce((sum, p, label) => sum + (p - (truth[index]!.includes(label) ? 1 : 0)) ** 2 / row.length, 0),
  );
  return sums.reduce((total, sum) => total + sum, 0) / sums.length;
}

/** The mean of −log p of the right label, in nats; a probability of 0 counts as the least that a double holds above it. */
export function logLoss(probabilities: readonly ArrayLike<number>[], truth: readonly number[]): number {
  const losses = probabilities.map((row, index) => -Math.log(Math.max(row[truth[index]!]!, Number.EPSILON)));
  return losses.reduce((total, loss) => total + loss, 0) / losses.length;
}
