/** A user's function over rows, as `data.map` and `data.filter` call it. */
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import { describe, isObject, type Row } from './jsonl.js';

/**
 * Makes what stands in a row's place: a row, several, or none (`null` or nothing), which is counted. `number` counts input
 * rows from 1. What it gives must depend on its arguments alone.
 */
export type RowMapper = (row: Row, number: number) => MappedRow | Promise<MappedRow>;
// biome-ignore lint/suspicious/noConfusingVoidType: as above
type MappedRow = Row | readonly Row[] | null | undefined | void;

/** Whether a row stays; a text says why it goes, and is counted. */
export type RowFilter = (row: Row, number: number) => boolean | string | Promise<boolean | string>;

/** The user's function of a node, its exceptions told with the number of the row. */
export async function openRowFunction(
  context: Pick<RunContext<unknown>, 'userFunction'>,
): Promise<(row: Row, number: number) => Promise<unknown>> {
  const call = (await context.userFunction()) as unknown as (row: Row, number: number) => unknown;
  return async (row, number) => {
    try {
      return await call(row, number);
    } catch (error) {
      if (error instanceof Failure) throw error;
      const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw new Failure('function-threw', `row ${number}: the function threw ${told}.`, placeOf(error));
    }
  };
}

/** The topmost call in the user's own file. */
function placeOf(error: unknown): string | undefined {
  const line = error instanceof Error ? error.stack?.split('\n').find((each) => /^\s+at /.test(each)) : undefined;
  return line === undefined ? undefined : `It was thrown ${line.trim()}.`;
}

/** What a mapper gave, as rows. */
export function mappedRows(value: unknown, number: number): readonly Row[] {
  if (value === undefined || value === null) return [];
  const rows = Array.isArray(value) ? value : [value];
  const wrong = rows.find((row) => !isObject(row));
  if (wrong === undefined) return rows;
  throw new Failure(
    'function-no-row',
    `row ${number}: the function must give a row, or a list of them, not ${describe(wrong)}.`,
  );
}

/** What a filter gave: why the row goes, or `undefined` where it stays. */
export function filterReason(value: unknown, number: number): string | undefined {
  if (value === true) return undefined;
  if (value === false) return '`function` is false';
  if (typeof value === 'string' && value !== '') return value;
  const message = `row ${number}: the function must give true, false or a reason, not ${describe(value)}.`;
  throw new Failure('function-no-answer', message);
}
