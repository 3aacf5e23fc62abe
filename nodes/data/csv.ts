/** CSV with a header row (RFC 4180). A module of its own, since its parser is slow to import. */
import { CsvError, parse } from 'csv-parse';
import { Failure } from '../../engine/failure.js';
import { decodeFile } from './decode.js';
import type { NamedFile } from './formats.js';
import type { NumberedRow } from './jsonl.js';

/** Yields rows whose values are strings, numbered from 1 after the header. */
export async function* readCsv({ name, path }: NamedFile, delimiter: string): AsyncGenerator<NumberedRow> {
  const parser = parse({ delimiter, record_delimiter: ['\r\n', '\n'], skip_empty_lines: true });
  // Reading and parsing fail at different ends of the pipe; `destroy` brings the first failure to the loop below.
  const feeding = feed(path, name, parser);
  let header: readonly string[] | undefined;
  let number = 0;
  try {
    for await (const record of parser as AsyncIterable<readonly string[]>) {
      if (!header) {
        header = checkHeader(record, name);
        continue;
      }
      number++;
      yield { row: Object.fromEntries(header.map((column, index) => [column, record[index]])), number };
    }
  } catch (error) {
    throw error instanceof CsvError ? malformed(error, name) : error;
  } finally {
    parser.destroy();
    await feeding;
  }
}

async function feed(path: string, name: string, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const piece of decodeFile(path, name)) {
      if (parser.destroyed) return;
      if (!parser.write(piece)) await drained(parser);
    }
    parser.end();
  } catch (error) {
    parser.destroy(error as Error);
  }
}

function drained(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      parser.off('drain', done).off('close', done);
      resolve();
    };
    parser.on('drain', done).on('close', done);
  });
}

function checkHeader(header: readonly string[], name: string): readonly string[] {
  const twice = header.find((column, index) => header.indexOf(column) !== index);
  if (twice === undefined) return header;
  throw new Failure('csv-malformed', `${name}: the column ${JSON.stringify(twice)} is in the header twice.`);
}

function malformed(error: CsvError, name: string): Failure {
  const hint =
    error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH'
      ? 'Every row must have as many columns as the header; quote values that hold the delimiter.'
      : undefined;
  return new Failure('csv-malformed', `${name}: ${error.message}.`, hint);
}
