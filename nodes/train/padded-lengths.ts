/**
 * The few lengths that rows are padded to: the longest, rounded up to a multiple of 8, and the median and the ninth
 * decile where they spare at least a quarter of the next. Each is at most `maxLength`.
 */
export function paddedLengths(lengths: readonly number[], maxLength: number): number[] {
  const sorted = [...lengths].sort((a, b) => a - b);
  const chosen: number[] = [];
  for (const quantile of [1, 0.9, 0.5]) {
    const length = sorted[Math.ceil(sorted.length * quantile) - 1]!;
    const rounded = Math.min(maxLength, Math.ceil(length / 8) * 8);
    if (chosen.length === 0 || rounded <= 0.75 * chosen[0]!) chosen.unshift(rounded);
  }
  return chosen;
}
