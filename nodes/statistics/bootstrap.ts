/**
 * Bootstrap intervals (Efron 1979): how much a score would vary had other examples been drawn. A score is a function of
 * sums over the examples (see `nodes/text-metrics/metric.ts`), so a resample costs one weighted sum.
 */
import { createRandom } from '../tensor/random.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly resamples: number;
  /** Such as 0.95. */
  readonly confidence: number;
  readonly seed: number | bigint;
}

/** The numbers of each example; all of one length. */
export type Rows = readonly (readonly number[])[];
export type Score = (sums: readonly number[]) => number;

/** The percentile interval of the score of `rows`, of which there is at least one. */
export function bootstrapInterval(rows: Rows, score: Score, options: BootstrapOptions): Interval {
  return percentiles(resampled(rows, score, options), options.confidence);
}

export interface PairedDifference {
  /** Score of `after` less that of `before`. */
  readonly difference: number;
  readonly interval: Interval;
}

/**
 * The difference between two systems over the same examples, row by row. Both are resampled alike, so what makes an example
 * hard for either falls out (Koehn 2004).
 */
export function pairedBootstrap(before: Rows, after: Rows, score: Score, options: BootstrapOptions): PairedDifference {
  const joined = join(before, after);
  const width = before[0]!.length;
  const difference: Score = (sums) => score(sums.slice(width)) - score(sums.slice(0, width));
  return { difference: difference(sumOf(joined)), interval: bootstrapInterval(joined, difference, options) };
}

/** The scores of all resamples. */
function resampled(rows: Rows, score: Score, { resamples, seed }: BootstrapOptions): Float64Array {
  const n = rows.length;
  const scores = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    const random = createRandom(seed, 'bootstrap', resample);
    const counts = new Uint32Array(n);
    for (let draw = 0; draw < n; draw++) counts[Math.floor(random.uniform(draw) * n)]!++;
    scores[resample] = score(sumOf(rows, counts));
  }
  return scores;
}

function sumOf(rows: Rows, counts?: Uint32Array): number[] {
  const sums = new Array<number>(rows[0]!.length).fill(0);
  for (const [index, row] of rows.entries()) {
    const count = counts ? counts[index]! : 1;
    if (count > 0) for (let column = 0; column < row.length; column++) sums[column]! += count * row[column]!;
  }
  return sums;
}

/** Rows of two systems side by side. Throws RangeError where they have not as many. */
export function join(before: Rows, after: Rows): number[][] {
  if (before.length !== after.length) throw new RangeError(`${before.length} rows against ${after.length}.`);
  return before.map((row, index) => [...row, ...after[index]!]);
}

/** Scores that are no numbers, as of a resample without any positive example, are left out. */
export function percentiles(scores: ArrayLike<number>, confidence: number): Interval {
  const sorted = Float64Array.from(scores)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const at = (part: number) => quantile(sorted, part);
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) };
}

/** Linear between the neighbours, as NumPy's default. `sorted` ascends. */
export function quantile(sorted: ArrayLike<number>, part: number): number {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (high - low) * (place - below);
}
