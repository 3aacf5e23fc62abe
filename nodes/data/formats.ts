/** How each file format yields rows; every reader gives rows with their numbers and checks the file's own syntax. */
import { extname } from 'node:path';
import { Failure } from '../../engine/failure.js';
import { child, valueAt } from '../../engine/json-pointer.js';
import { withoutCompression } from './compressed.js';
import { readLines, readText } from './decode.js';
import { describe, isObject, type NumberedRow, readRows } from './jsonl.js';

export type FormatName = 'jsonl' | 'json' | 'csv' | 'text' | 'parquet';

const formatOfExtension: Readonly<Record<string, FormatName>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'json',
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'text',
  '.md': 'text',
  '.parquet': 'parquet',
};

export interface FormatOptions {
  readonly format: FormatName | 'auto';
  readonly pointer: string;
  readonly delimiter: string;
  readonly split: 'file' | 'line' | 'paragraph';
  /** For parquet: paths of the columns that are needed; absent for all. */
  readonly paths?: readonly string[] | undefined;
}

/** A file to read: errors and rows call it by its name. */
export interface NamedFile {
  readonly name: string;
  readonly path: string;
}

/** What a row's number counts, for error messages. */
export const numberUnit: Readonly<Record<FormatName, string>> = {
  jsonl: 'line',
  json: 'element',
  csv: 'row',
  text: 'row',
  parquet: 'row',
};

export function formatOf({ name }: NamedFile, format: FormatName | 'auto'): FormatName {
  if (format !== 'auto') return format;
  const extension = extname(withoutCompression(name)).toLowerCase();
  const known = Object.hasOwn(formatOfExtension, extension) ? formatOfExtension[extension] : undefined;
  if (known) return known;
  throw new Failure('unknown-format', `The extension of ${name} tells no format.`, 'Set `format`.');
}

export async function* readFileRows(file: NamedFile, options: FormatOptions): AsyncGenerator<NumberedRow> {
  const { name, path } = file;
  switch (formatOf(file, options.format)) {
    case 'jsonl':
      return yield* readRows(path, name);
    case 'json':
      return yield* readJsonArray(file, options.pointer);
    case 'csv': {
      const tab = extname(withoutCompression(name)).toLowerCase() === '.tsv';
      const { readCsv } = await import('./csv.js');
      return yield* readCsv(file, options.delimiter === 'auto' ? (tab ? '\t' : ',') : options.delimiter);
    }
    case 'text':
      return yield* readTextRows(file, options.split);
    case 'parquet': {
      const { readParquet } = await import('./parquet.js');
      return yield* readParquet(file, options.paths);
    }
  }
}

async function* readJsonArray({ name, path }: NamedFile, pointer: string): AsyncGenerator<NumberedRow> {
  const text = await readText(path, name);
  if (text.trim() === '') return;
  let top: unknown;
  try {
    top = JSON.parse(text);
  } catch (error) {
    throw new Failure('json-not-valid', `${name}: not valid JSON: ${(error as Error).message}.`);
  }
  const rows = valueAt(top, pointer);
  const place = pointer === '' ? name : `${name} at ${pointer}`;
  if (!Array.isArray(rows)) {
    throw new Failure(
      'json-not-array',
      `${place}: expected an array of rows, found ${describe(rows)}.`,
      arrayHint(top),
    );
  }
  for (const [index, row] of rows.entries()) {
    if (!isObject(row)) {
      const message = `${place}, element ${index + 1}: a row must be a JSON object, not ${describe(row)}.`;
      throw new Failure('row-not-json', message);
    }
    yield { row, number: index + 1 };
  }
}

function arrayHint(top: unknown): string | undefined {
  if (!isObject(top)) return undefined;
  const found = Object.keys(top).filter((key) => Array.isArray(top[key]));
  if (found.length === 0) return undefined;
  return `Set \`pointer\` to where the rows are: ${found
    .slice(0, 5)
    .map((key) => child('', key))
    .join(', ')}.`;
}

async function* readTextRows({ name, path }: NamedFile, split: FormatOptions['split']): AsyncGenerator<NumberedRow> {
  let number = 0;
  for await (const text of pieces[split](path, name)) {
    number++;
    if (text.trim() !== '') yield { row: { text, source: name }, number };
  }
}

const pieces: Readonly<Record<FormatOptions['split'], (path: string, name: string) => AsyncGenerator<string>>> = {
  file: async function* (path, name) {
    yield (await readText(path, name)).replaceAll('\r\n', '\n');
  },
  line: async function* (path, name) {
    for await (const { text } of readLines(path, name)) yield text;
  },
  paragraph: async function* (path, name) {
    let lines: string[] = [];
    for await (const { text } of readLines(path, name)) {
      if (text.trim() !== '') {
        lines.push(text);
      } else if (lines.length > 0) {
        yield lines.join('\n');
        lines = [];
      }
    }
    if (lines.length > 0) yield lines.join('\n');
  },
};
