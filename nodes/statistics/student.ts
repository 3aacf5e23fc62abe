/** Student's t (Student 1908): intervals of a mean of few values, whose spread is only known from themselves. */
import type { Interval } from './bootstrap.js';
import { mean, standardDeviation } from './spread.js';

/**
 * The interval of the mean of the population that the values are drawn from, if that is normal: mean ± t · s / √n. Of paired
 * differences it is the interval of the paired t-test. Throws RangeError for fewer than two values, which have no spread.
 */
export function studentInterval(values: readonly number[], confidence: number): Interval {
  const n = values.length;
  if (n < 2) throw new RangeError(`The interval of a mean takes two values or more, not ${n}.`);
  const middle = mean(values);
  const reach = (studentQuantile(confidence, n - 1) * standardDeviation(values)) / Math.sqrt(n);
  return { low: middle - reach, high: middle + reach };
}

/**
 * The t that |T| stays below with the probability `confidence`; `freedom` is a whole number of degrees of freedom. With
 * t = √ν tan θ, the density is proportional to cosᵛ⁻¹ θ (Abramowitz & Stegun 26.7), whose integral is bisected.
 */
export function studentQuantile(confidence: number, freedom: number): number {
  const whole = cosineIntegral(freedom - 1, Math.PI / 2);
  let [low, high] = [0, Math.PI / 2];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (cosineIntegral(freedom - 1, middle) < confidence * whole) low = middle;
    else high = middle;
  }
  return Math.sqrt(freedom) * Math.tan(low);
}

/** ∫ cosⁿ from 0 to `angle`, by the reduction from n to n − 2. */
function cosineIntegral(n: number, angle: number): number {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  let integral = n % 2 === 0 ? angle : sine;
  for (let power = n % 2 === 0 ? 2 : 3; power <= n; power += 2) {
    integral = (cosine ** (power - 1) * sine + (power - 1) * integral) / power;
  }
  return integral;
}
