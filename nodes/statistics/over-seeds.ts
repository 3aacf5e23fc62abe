/** One metric over runs that differ only in their seed. Pure. */
import type { BootstrapOptions, Interval } from './bootstrap.js';
import { bootstrapOver, interquartileMean, mean, standardDeviation } from './spread.js';

export interface OverSeeds {
  readonly n: number;
  readonly mean: number;
  /** Of the population that the runs are a sample of; `undefined` of one run. */
  readonly deviation: number | undefined;
  readonly min: number;
  readonly max: number;
  /** Interquartile mean. Of fewer than four runs it is the mean. */
  readonly iqm: number;
  /** Of the interquartile mean, by a bootstrap over the runs: too narrow where they are few. `undefined` of one run. */
  readonly interval: Interval | undefined;
}

/** `values` must not be empty. */
export function overSeeds(values: readonly number[], options: BootstrapOptions): OverSeeds {
  const several = values.length > 1;
  return {
    n: values.length,
    mean: mean(values),
    deviation: several ? standardDeviation(values) : undefined,
    min: Math.min(...values),
    max: Math.max(...values),
    iqm: interquartileMean(values),
    interval: several && options.resamples > 0 ? bootstrapOver(values, interquartileMean, options) : undefined,
  };
}
