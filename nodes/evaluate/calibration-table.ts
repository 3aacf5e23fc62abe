import { formatNumber, type Table } from '../report/table.js';
import type { CalibrationBin } from './calibration.js';

/** How often a model was right where it was so sure. `what` names what is counted. Empty bins are left out. */
export function calibrationTable(bins: readonly CalibrationBin[], what: string): Table {
  return {
    header: ['confidence', what, 'mean confidence', 'accuracy'],
    rows: bins
      .filter(({ count }) => count > 0)
      .map(({ from, to, count, confidence, accuracy }) => [
        `${from.toFixed(2)}–${to.toFixed(2)}`,
        String(count),
        formatNumber(confidence),
        formatNumber(accuracy),
      ]),
  };
}
