/** How far probabilities can be taken at their word. Pure. */

export interface CalibrationBin {
  /** Confidences of the bin: above `from`, up to `to`. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Means over the bin; 0 where it is empty. */
  readonly confidence: number;
  readonly accuracy: number;
}

export interface Judged {
  /** The probability given to the answer that was taken for the right one. */
  readonly confidence: number;
  readonly right: boolean;
}

/** Bins of equal width between `lowest` and 1, as of Guo et al. 2017; a confidence on a bound belongs below it. */
export function calibrationBins(judged: readonly Judged[], lowest: number, bins = 10): CalibrationBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  const width = (1 - lowest) / bins;
  for (const { confidence, right } of judged) {
    const sum = sums[Math.min(bins - 1, Math.max(0, Math.ceil((confidence - lowest) / width) - 1))]!;
    sum.count++;
    sum.confidence += confidence;
    sum.right += right ? 1 : 0;
  }
  return sums.map(({ count, confidence, right }, index) => ({
    from: lowest + index * width,
    to: lowest + (index + 1) * width,
    count,
    confidence: count === 0 ? 0 : confidence / count,
    accuracy: count === 0 ? 0 : right / count,
  }));
}

/** ECE (Naeini et al. 2015): the distance of accuracy from confidence, a mean over the bins by how many each holds. */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce(
    (sum, { count, confidence, accuracy }) => sum + (count / total) * Math.abs(accuracy - confidence),
    0,
  );
}
