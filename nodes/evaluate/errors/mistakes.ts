/** Which labels are taken for which. Pure. */
import { formatNumber, type Table } from '../../report/table.js';
import { countLabels, labelScores } from '../classification/precision-recall.js';
import type { JudgedRow } from './judged-rows.js';

type Labels = NonNullable<JudgedRow['labels']>;

const shownConfusions = 20;

/** Precision, recall and F1 of each label, the lowest F1 first. */
export function labelTable(labelled: readonly Labels[]): Table {
  const names = [...new Set(labelled.flatMap(({ right, given }) => [...right, ...given]))].sort();
  const indices = (labels: readonly string[]) => labels.map((label) => names.indexOf(label));
  const counts = countLabels(
    labelled.map(({ right }) => indices(right)),
    labelled.map(({ given }) => indices(given)),
    names.length,
  );
  const rows = counts.map((count, label) => ({
    name: names[label]!,
    ...labelScores(count),
    support: count.truePositives + count.falseNegatives,
  }));
  rows.sort((a, b) => a.f1 - b.f1 || (a.name < b.name ? -1 : 1));
  return {
    header: ['label', 'precision', 'recall', 'f1', 'rows'],
    rows: rows.map(({ name, precision, recall, f1, support }) => [
      name,
      ...[precision, recall, f1].map(formatNumber),
      String(support),
    ]),
  };
}

/** What was given in place of what, the most frequent first; of rows with one label. */
export function confusionTable(labelled: readonly Labels[]): Table {
  const single = labelled.filter(({ right, given }) => right.length === 1 && given.length === 1);
  const ofRight = new Map<string, number>();
  const counts = new Map<string, { right: string; given: string; count: number }>();
  for (const {
    right: [right],
    given: [given],
  } of single) {
    ofRight.set(right!, (ofRight.get(right!) ?? 0) + 1);
    if (right === given) continue;
    const key = JSON.stringify([right, given]);
    counts.set(key, { right: right!, given: given!, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const ordered = [...counts].sort(([a, m], [b, n]) => n.count - m.count || (a < b ? -1 : 1));
  return {
    header: ['right → given', 'rows', 'of the label'],
    rows: ordered
      .slice(0, shownConfusions)
      .map(([, { right, given, count }]) => [
        `${right} → ${given}`,
        String(count),
        `${((100 * count) / ofRight.get(right)!).toFixed(1)} %`,
      ]),
  };
}
