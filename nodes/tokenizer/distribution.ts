/** How whole numbers are spread: quantiles, and a histogram as text. */

/** The smallest value that at least this part of them does not exceed (nearest rank). `sorted` must not be empty. */
export function quantile(sorted: ArrayLike<number>, part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]!;
}

const mostBins = 12;
const widestBar = 40;

/** Bins of one width, 1, 2 or 5 times a power of ten, at most twelve; one line each, with its share of the values. */
export function drawHistogram(values: readonly number[]): string {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const width = roundWidth((largest + 1) / mostBins);
  const counts = new Array<number>(Math.floor(largest / width) + 1).fill(0);
  for (const value of values) counts[Math.floor(value / width)]!++;
  const fullest = counts.reduce((most, count) => Math.max(most, count), 0);
  const labels = counts.map((_, bin) => `${bin * width}–${(bin + 1) * width - 1}`);
  const labelWidth = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const countWidth = String(fullest).length;
  return counts
    .map((count, bin) => {
      const bar = '█'.repeat(Math.ceil((widestBar * count) / fullest));
      return `${labels[bin]!.padStart(labelWidth)}  ${String(count).padStart(countWidth)}  ${bar}`.trimEnd();
    })
    .join('\n');
}

function roundWidth(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((step) => step * power).find((width) => width >= least)!;
}
