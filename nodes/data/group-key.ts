/** The value of a field by which rows are grouped. */
import { Failure } from '../../engine/failure.js';
import { readPath } from './field-path.js';
import { describe, type NumberedRow } from './jsonl.js';

/** Unlike values have unlike keys: the number 1 and the string "1" are two groups. `purpose` is a verb, for errors. */
export function groupKey({ row, number }: NumberedRow, by: string, purpose: string): string {
  const value = readPath(row, by);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return JSON.stringify(value);
  const found = describe(value);
  const message = `row ${number}: \`${by}\` must be a string, a number or a boolean to ${purpose} by, not ${found}.`;
  throw new Failure('missing-field', message);
}
