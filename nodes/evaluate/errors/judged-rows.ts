/** Rows with how good each is, and, where there are labels, which was right and which was given. */
import { Failure } from '../../../engine/failure.js';
import type { EvaluateErrorsConfig } from '../../../schemas/kinds/evaluate.errors.js';
import { readPath } from '../../data/field-path.js';
import { describe, type Row, readRows } from '../../data/jsonl.js';

export interface JudgedRow {
  readonly row: Row;
  /** Counted from 1. */
  readonly number: number;
  readonly score: number;
  /** Absent where the row has no labels. */
  readonly labels: { readonly right: readonly string[]; readonly given: readonly string[] } | undefined;
  /** Of classifiers: the probability of what was given. */
  readonly confidence: number | undefined;
}

type Fields = Pick<EvaluateErrorsConfig, 'score' | 'label' | 'predicted'>;

/** Throws `Failure` where a row has no score, and where there are none. */
export async function readJudgedRows(path: string, fields: Fields): Promise<JudgedRow[]> {
  const rows: JudgedRow[] = [];
  for await (const { row, number } of readRows(path, 'the samples')) {
    const right = labelsIn(readPath(row, fields.label));
    const given = labelsIn(readPath(row, fields.predicted));
    const labels = right && given ? { right, given } : undefined;
    rows.push({
      row,
      number,
      score: scoreOf(row, number, labels, fields),
      labels,
      confidence: confidenceIn(row, given),
    });
  }
  if (rows.length === 0) throw new Failure('dataset-empty', 'There are no rows to look into.');
  return rows;
}

function scoreOf(row: Row, number: number, labels: JudgedRow['labels'], fields: Fields): number {
  if (fields.score !== null) {
    const score = readPath(row, fields.score);
    if (typeof score === 'boolean') return score ? 1 : 0;
    if (typeof score === 'number') return score;
    throw misfit(number, fields.score, 'a number', score, row);
  }
  if (labels) return sameLabels(labels.right, labels.given) ? 1 : 0;
  const lacking = labelsIn(readPath(row, fields.predicted)) ? fields.label : fields.predicted;
  throw misfit(number, lacking, 'a label', readPath(row, lacking), row);
}

function sameLabels(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((label) => b.includes(label));
}

function labelsIn(value: unknown): string[] | undefined {
  const list = [value].flat();
  return value !== undefined && list.every(isLabel) ? list.map(String) : undefined;
}

function isLabel(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function confidenceIn({ probabilities }: Row, given: readonly string[] | undefined): number | undefined {
  if (given?.length !== 1 || typeof probabilities !== 'object' || probabilities === null) return undefined;
  const found = (probabilities as Row)[given[0]!];
  return typeof found === 'number' ? found : undefined;
}

function misfit(number: number, field: string, wanted: string, found: unknown, row: Row): Failure {
  const numeric = Object.keys(row).filter((name) => typeof row[name] === 'number');
  const hint =
    numeric.length > 0 ? `Name one in \`score\`; the row has the numbers: ${numeric.join(', ')}.` : undefined;
  return new Failure(
    'field-unfit',
    `Row ${number} of the samples: the field ${field} must be ${wanted}, not ${describe(found)}.`,
    hint,
  );
}
