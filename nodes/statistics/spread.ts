/** What several runs of one experiment say together. */

import { createRandom } from '../tensor/random.js';
import { type BootstrapOptions, type Interval, percentiles } from './bootstrap.js';

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation of the population that the values are a sample of; NaN of one value. */
export function standardDeviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/**
 * Interquartile mean: of the middle half of the values (Agarwal et al. 2021, "Deep RL at the Edge of the Statistical
 * Precipice"). As SciPy's `trim_mean(values, 0.25)`, it cuts a whole number of values at either end.
 */
export function interquartileMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}

/** The percentile bootstrap of a statistic that is no function of sums. `values` must not be empty. */
export function bootstrapOver(
  values: readonly number[],
  statistic: (values: readonly number[]) => number,
  { resamples, confidence, seed }: BootstrapOptions,
): Interval {
  const scores = Float64Array.from({ length: resamples }, (_, resample) => {
    const random = createRandom(seed, 'bootstrap', resample);
    return statistic(values.map((_, draw) => values[Math.floor(random.uniform(draw) * values.length)]!));
  });
  return percentiles(scores, confidence);
}

/**
 * Wilson's score interval of a proportion (Wilson 1927), which stays within 0 and 1 and is sound for few examples and for none
 * that succeeded.
 */
export function wilsonInterval(successes: number, n: number, confidence: number): Interval {
  const z = normalQuantile((1 + confidence) / 2);
  const rate = successes / n;
  const centre = (rate + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const reach = (z / (1 + z ** 2 / n)) * Math.sqrt((rate * (1 - rate)) / n + z ** 2 / (4 * n ** 2));
  return { low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}

/**
 * The least true difference that a paired comparison of so many examples finds with the power asked for, given the standard
 * deviation of the differences of single pairs: (z₁₋α⁄₂ + z_power) · σ / √n.
 */
export function minimumDetectableDifference(
  deviation: number,
  n: number,
  { confidence, power }: { readonly confidence: number; readonly power: number },
): number {
  return ((normalQuantile((1 + confidence) / 2) + normalQuantile(power)) * deviation) / Math.sqrt(n);
}

/** The inverse of the standard normal distribution, by bisection over its integral: right to 1e-10 for 1e-9 < p < 1 − 1e-9. */
export function normalQuantile(p: number): number {
  let low = -7;
  let high = 7;
  while (high - low > 1e-11) {
    const middle = (low + high) / 2;
    if (normalCumulative(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Φ(x), by the series of Marsaglia 2004, "Evaluating the Normal Distribution". */
function normalCumulative(x: number): number {
  let term = x;
  let sum = x;
  for (let i = 3; Math.abs(term) > 1e-18 * Math.max(1e-3, Math.abs(sum)); i += 2) {
    term *= x ** 2 / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-(x ** 2) / 2)) / Math.sqrt(2 * Math.PI);
}
