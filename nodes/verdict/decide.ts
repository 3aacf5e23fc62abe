/** From the values of several runs to what they say about a claim. Pure. */
import type { Interval } from '../statistics/bootstrap.js';
import { mean } from '../statistics/spread.js';
import { studentInterval } from '../statistics/student.js';

export type Verdict = 'supported' | 'not supported' | 'undecided';

/** The claim is that the true mean lies on this side of `value`. */
export interface Bound {
  readonly side: 'above' | 'below';
  readonly value: number;
}

export interface Finding {
  readonly mean: number;
  /** Student's, of the mean. */
  readonly interval: Interval;
  readonly verdict: Verdict;
}

/** `values`: one a run; at least two. */
export function judge(values: readonly number[], bound: Bound, confidence: number): Finding {
  const interval = studentInterval(values, confidence);
  return { mean: mean(values), interval, verdict: verdictOf(interval, bound) };
}

/** Supported where all of the interval fulfils the claim, not supported where none of it does. */
export function verdictOf({ low, high }: Interval, { side, value }: Bound): Verdict {
  const [worst, best] = side === 'above' ? [low, high] : [-high, -low];
  const threshold = side === 'above' ? value : -value;
  if (worst > threshold) return 'supported';
  return best <= threshold ? 'not supported' : 'undecided';
}

/**
 * A claim of several conditions holds if each does. Each at the full level keeps that of the whole (an intersection–union test,
 * Berger 1982).
 */
export function verdictOfAll(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('not supported')) return 'not supported';
  return verdicts.includes('undecided') ? 'undecided' : 'supported';
}
