/** The labels of a classifier: their names, their order, and how much each weighs. Pure. */
import { Failure } from '../../engine/failure.js';
import type { ClassificationRow, Label } from '../data/row-types.js';

export type LabelOrder = 'sorted' | 'appearance';

/** The labels of a row by name, and whether the row has a list of them. */
export function labelsOf(row: ClassificationRow): { readonly labels: string[]; readonly several: boolean } {
  const given = 'label' in row ? row.label : row.labels;
  const several = typeof given === 'object';
  const labels = several ? (given as readonly Label[]) : [given as Label];
  return { labels: [...new Set(labels.map(String))], several };
}

/** Each name once: integers by their size, other names by code point, or all as they first appear. */
export function orderLabels(names: Iterable<string>, order: LabelOrder): string[] {
  const unique = [...new Set(names)];
  if (order === 'appearance') return unique;
  const integers = unique.every((name) => /^-?\d+$/.test(name));
  return unique.sort((a, b) => (integers ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
}

export type ClassWeights = null | 'balanced' | Readonly<Record<string, number>>;

/**
 * One weight a label. `balanced`: n / (labels · n_label), so that all labels weigh alike together, as of scikit-learn; where
 * any number of labels may hold, the examples without a label over those with it. `counts` says how many examples
 * have each label. A label without a weight, or without examples, weighs 1.
 */
export function classWeights(
  weights: ClassWeights,
  labels: readonly string[],
  counts: readonly number[],
  examples: number,
  several: boolean,
): number[] {
  if (weights === null) return labels.map(() => 1);
  if (weights === 'balanced') {
    return counts.map((count) => {
      if (count === 0 || (several && count === examples)) return 1;
      return several ? (examples - count) / count : examples / (labels.length * count);
    });
  }
  const unknown = Object.keys(weights).find((name) => !labels.includes(name));
  if (unknown !== undefined) throw unknownLabel(`class_weights names ${JSON.stringify(unknown)}`, labels);
  return labels.map((name) => weights[name] ?? 1);
}

export function unknownLabel(where: string, labels: readonly string[]): Failure {
  const shown = labels.slice(0, 12).join(', ') + (labels.length > 12 ? ', …' : '');
  return new Failure('unknown-label', `${where}, which is none of the labels.`, `They are ${shown}.`);
}
