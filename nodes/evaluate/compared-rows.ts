/** Rows that hold a text and what it should be. */
import { Failure } from '../../engine/failure.js';
import { readPath } from '../data/field-path.js';
import { describe, readRows } from '../data/jsonl.js';
import type { ComparedText } from './score-texts.js';

export interface ComparedRow extends ComparedText {
  readonly row: Readonly<Record<string, unknown>>;
}

/** Throws `Failure` where a row has not the fields, and where there are no rows. An empty text is one that says nothing. */
export async function readComparedRows(
  path: string,
  fields: { readonly response: string; readonly reference: string },
  name = 'the dataset',
): Promise<ComparedRow[]> {
  const rows: ComparedRow[] = [];
  for await (const { row, number } of readRows(path, name)) {
    const text = readPath(row, fields.response);
    if (typeof text !== 'string') throw misfit(name, number, fields.response, 'a text', text);
    const references = [readPath(row, fields.reference)].flat();
    if (references.length === 0 || references.some((reference) => typeof reference !== 'string')) {
      throw misfit(name, number, fields.reference, 'a text or a list of texts', readPath(row, fields.reference));
    }
    rows.push({ row, text, references: references as string[] });
  }
  if (rows.length === 0) throw new Failure('dataset-empty', `${name} holds no rows to evaluate.`);
  return rows;
}

function misfit(name: string, number: number, field: string, wanted: string, found: unknown): Failure {
  return new Failure(
    'field-unfit',
    `Row ${number} of ${name}: the field ${field} must be ${wanted}, not ${describe(found)}.`,
    'The options `response` and `reference` say which fields are read.',
  );
}
