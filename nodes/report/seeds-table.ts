/** Metrics over seeds as a table. Pure. */
import type { OverSeeds } from '../statistics/over-seeds.js';
import { formatMeasure } from './measure.js';
import { formatNumber, type Table } from './table.js';

export const seedColumns = ['seeds', 'mean', 'std', 'IQM', 'min', 'max'] as const;

/** The cells under `seedColumns`. */
export function seedCells({ n, mean, deviation, iqm, interval, min, max }: OverSeeds): string[] {
  return [
    String(n),
    formatNumber(mean),
    deviation === undefined ? '' : formatNumber(deviation),
    formatMeasure({ value: iqm, interval }),
    formatNumber(min),
    formatNumber(max),
  ];
}

export function seedsTable(measured: Readonly<Record<string, OverSeeds>>): Table {
  return {
    header: ['metric', ...seedColumns],
    rows: Object.entries(measured).map(([name, over]) => [name, ...seedCells(over)]),
  };
}
