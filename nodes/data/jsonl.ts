/** JSON Lines: one JSON object a line, UTF-8, LF. Read and written in a stream. */
import { open } from 'node:fs/promises';
import { Failure } from '../../engine/failure.js';
import { readLines } from './decode.js';

/** Fields by name; what they hold depends on the row type. */
export type Row = Readonly<Record<string, unknown>>;

export interface NumberedRow {
  readonly row: Record<string, unknown>;
  /** Where the row stands in its file, counted from 1: for JSON Lines, its line. */
  readonly number: number;
}

/**
 * Yields the rows of a file; blank lines are passed over. Throws `Failure` for a line that holds no JSON object.
 * Numbers are doubles: an integer beyond 2^53 loses digits unless it is written as a string.
 */
export async function* readRows(path: string, name = path): AsyncGenerator<NumberedRow> {
  for await (const { text, number } of readLines(path, name)) {
    if (text.trim() !== '') yield { row: parseRow(text, `${name}, line ${number}`), number };
  }
}

function parseRow(line: string, place: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Failure('row-not-json', `${place}: not valid JSON: ${(error as Error).message}.`);
  }
  if (isObject(value)) return value;
  throw new Failure('row-not-json', `${place}: a row must be a JSON object, not ${describe(value)}.`);
}

export interface RowWriter {
  /** Fields are written in the order they have. */
  write(row: object): Promise<void>;
  /** As `write`, for a row that is JSON already. */
  writeJson(json: string): Promise<void>;
  /** How many rows were written so far. */
  rows(): number;
  /** Ends the file. */
  close(): Promise<void>;
}

/** Starts a file of rows; it must be closed. */
export async function createRowWriter(path: string): Promise<RowWriter> {
  const file = await open(path, 'w');
  let pending: string[] = [];
  let pendingLength = 0;
  let rows = 0;
  const flush = async (): Promise<void> => {
    const text = pending.join('');
    pending = [];
    pendingLength = 0;
    await file.writeFile(text);
  };
  const writeJson = async (json: string): Promise<void> => {
    const line = `${json}\n`;
    pending.push(line);
    pendingLength += line.length;
    rows++;
    if (pendingLength > 2 ** 20) await flush();
  };
  return {
    // JSON.stringify escapes lone surrogates, so that every string survives the way through UTF-8.
    write: (row) => writeJson(JSON.stringify(row)),
    writeJson,
    close: async () => {
      try {
        await flush();
      } finally {
        await file.close();
      }
    },
    rows: () => rows,
  };
}

/** Writes a whole file of rows; returns how many there are. */
export async function writeRows(path: string, rows: AsyncIterable<object> | Iterable<object>): Promise<number> {
  const writer = await createRowWriter(path);
  try {
    for await (const row of rows) await writer.write(row);
  } finally {
    await writer.close();
  }
  return writer.rows();
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value's type in words, and the value where it is short: `an array of 3`, `the number 5`. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string')
    return value === '' ? 'an empty string' : `the string ${shorten(JSON.stringify(value))}`;
  return `the ${typeof value} ${String(value)}`;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 36)}…"`;
}
