/** Which labels are taken for which. Pure. */

/** `matrix[i][j]`: how many examples of label i were given label j. */
export type ConfusionMatrix = readonly (readonly number[])[];

export function confusionMatrix(
  truth: readonly number[],
  predicted: readonly number[],
  labels: number,
): ConfusionMatrix {
  const matrix = Array.from({ length: labels }, () => new Array<number>(labels).fill(0));
  for (const [index, label] of truth.entries()) matrix[label]![predicted[index]!]!++;
  return matrix;
}

/**
 * Matthews' correlation coefficient, for any number of labels (Gorodkin 2004): from −1 to 1, and 0 for guessing, however
 * unequal the labels are in number. 0 where only one label occurs, or only one is given.
 */
export function matthewsCorrelation(matrix: ConfusionMatrix): number {
  const truth = matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
  const predicted = matrix.map((_, label) => matrix.reduce((sum, row) => sum + row[label]!, 0));
  const total = truth.reduce((sum, count) => sum + count, 0);
  const right = matrix.reduce((sum, row, label) => sum + row[label]!, 0);
  const product = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const covariance = right * total - product(truth, predicted);
  const variance = (total ** 2 - product(truth, truth)) * (total ** 2 - product(predicted, predicted));
  return variance === 0 ? 0 : covariance / Math.sqrt(variance);
}
