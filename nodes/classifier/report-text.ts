/** A classification report as tables. Pure. */

import { calibrationTable } from '../evaluate/calibration-table.js';
import type { ClassificationReport } from '../evaluate/classification/report.js';
import { formatNumber, type Table } from '../report/table.js';

export interface NamedTable {
  readonly title: string;
  readonly table: Table;
}

export function reportTables(labels: readonly string[], report: ClassificationReport): NamedTable[] {
  const { perLabel, confusion, calibration } = report;
  const each: Table = {
    header: ['label', 'precision', 'recall', 'f1', 'texts'],
    rows: perLabel.map(({ precision, recall, f1, support }, label) => [
      labels[label]!,
      ...[precision, recall, f1].map(formatNumber),
      String(support),
    ]),
  };
  return [
    { title: 'labels', table: each },
    ...(confusion
      ? [
          {
            title: 'confusion matrix: right labels down, given labels across',
            table: {
              header: ['', ...labels],
              rows: confusion.map((row, label) => [labels[label]!, ...row.map(String)]),
            },
          },
        ]
      : []),
    ...(calibration ? [{ title: 'calibration', table: calibrationTable(calibration, 'texts') }] : []),
  ];
}
