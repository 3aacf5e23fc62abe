/** A metric with the ends of its interval, where it has one: `f1`, `f1_low`, `f1_high`. Pure. */
import type { Interval } from '../statistics/bootstrap.js';
import { formatNumber } from './table.js';

export interface Measure {
  readonly value: number;
  readonly interval: Interval | undefined;
}

/** `undefined` where there is no such metric. */
export function readMeasure(metrics: Readonly<Record<string, number>>, name: string): Measure | undefined {
  const [value, low, high] = [name, `${name}_low`, `${name}_high`].map((key) =>
    Object.hasOwn(metrics, key) ? metrics[key] : undefined,
  );
  if (value === undefined) return undefined;
  return { value, interval: low === undefined || high === undefined ? undefined : { low, high } };
}

/** `0.8041 [0.7510, 0.8531]`; nothing where there is nothing. */
export function formatMeasure(measure: Measure | undefined): string {
  if (measure === undefined) return '';
  const { value, interval } = measure;
  return interval ? `${formatNumber(value)} ${formatInterval(interval)}` : formatNumber(value);
}

/** `[0.7510, 0.8531]` */
export function formatInterval({ low, high }: Interval): string {
  return `[${formatNumber(low)}, ${formatNumber(high)}]`;
}
