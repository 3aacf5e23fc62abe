/** Parquet, one row group at a time. A module of its own, since its reader is slow to import. */
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { Failure } from '../../engine/failure.js';
import type { NamedFile } from './formats.js';
import type { NumberedRow } from './jsonl.js';

/**
 * Yields rows of JSON values, numbered from 1. `paths` are those of the columns that are needed; others are not decoded.
 * Lists, structs and maps become arrays and objects; instants ISO strings in UTC, days `2024-05-01`; integers beyond
 * 2^53 strings; NaN null. Throws `Failure` for bytes that are not UTF-8, infinite numbers and files that are broken.
 */
export async function* readParquet(
  { name, path }: NamedFile,
  paths: readonly string[] | undefined,
): AsyncGenerator<NumberedRow> {
  const file = await reading(name, () => asyncBufferFromFile(path));
  const metadata = await reading(name, () => parquetMetadataAsync(file, { parsers }));
  const columns = paths && columnsOf(paths, metadata);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await reading(name, () =>
      parquetReadObjects({
        file,
        metadata,
        rowStart,
        rowEnd,
        compressors,
        parsers,
        ...(columns ? { columns } : {}),
      }),
    );
    for (const [index, row] of rows.entries()) {
      const number = rowStart + index + 1;
      yield { row: toJsonRow(row, `${name}, row ${number}`), number };
    }
    rowStart = rowEnd;
  }
}

/** Whatever the reader throws is the file's fault: it knows no other errors than those of broken data. */
async function reading<Result>(name: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Failure || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw new Failure('parquet-unreadable', `${name} cannot be read as Parquet: ${(error as Error).message}.`);
  }
}

/** The columns that hold `paths`; `undefined`, for all, where one of them is in none, so that errors can name them. */
function columnsOf(paths: readonly string[], { schema }: FileMetaData): string[] | undefined {
  const names = new Set(topLevelNames(schema));
  const found = paths.map((path) => (names.has(path) ? path : path.replace(/[.[].*$/s, '')));
  return found.length > 0 && found.every((column) => names.has(column)) ? [...new Set(found)] : undefined;
}

/** The schema is a tree, written depth first; its root is the first element. */
function topLevelNames(schema: FileMetaData['schema']): string[] {
  const names: string[] = [];
  const subtreeEnd = (index: number): number => {
    let end = index + 1;
    for (let left = schema[index]?.num_children ?? 0; left > 0; left--) end = subtreeEnd(end);
    return end;
  };
  for (let index = 1; index < schema.length; index = subtreeEnd(index)) names.push(schema[index]!.name);
  return names;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** ISO 8601 in UTC, with as many digits of a second as there are. */
function instant(seconds: bigint, fraction: bigint, digits: number): string {
  const whole = new Date(Number(seconds) * 1000).toISOString().replace('.000Z', '');
  const decimals = String(fraction).padStart(digits, '0').replace(/0+$/, '');
  return `${whole}${decimals === '' ? '' : `.${decimals}`}Z`;
}

function fromTicks(ticks: bigint | number, perSecond: bigint, digits: number): string {
  const exact = BigInt(ticks);
  const fraction = ((exact % perSecond) + perSecond) % perSecond;
  return instant((exact - fraction) / perSecond, fraction, digits);
}

const parsers = {
  timestampFromMilliseconds: (ticks: bigint) => ticks && fromTicks(ticks, 1000n, 3),
  timestampFromMicroseconds: (ticks: bigint) => ticks && fromTicks(ticks, 1_000_000n, 6),
  timestampFromNanoseconds: (ticks: bigint) => ticks && fromTicks(ticks, 1_000_000_000n, 9),
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  /** Bytes that are no text stay as they are, to be refused with their row and column. */
  stringFromBytes(bytes: Uint8Array | undefined) {
    try {
      return bytes && utf8.decode(bytes);
    } catch {
      return bytes;
    }
  },
};

function toJsonRow(row: Readonly<Record<string, unknown>>, place: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, toJson(value, column, place)]));
}

function toJson(value: unknown, field: string, place: string): unknown {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'bigint':
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
    case 'number':
      if (Math.abs(value) === Number.POSITIVE_INFINITY)
        throw unfit(place, field, 'is infinite, which JSON cannot hold');
      return Number.isNaN(value) ? null : value;
    case 'object':
      return value === null ? null : toJsonObject(value, field, place);
    default:
      return value;
  }
}

function toJsonObject(value: object, field: string, place: string): unknown {
  if (value instanceof Uint8Array) {
    try {
      return utf8.decode(value);
    } catch {
      throw unfit(place, field, `holds ${value.length} bytes that are not UTF-8 text`);
    }
  }
  if (Array.isArray(value)) return value.map((item, index) => toJson(item, `${field}[${index}]`, place));
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, (item) => toJson(item, field, place));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, `${field}.${key}`, place)]));
}

function unfit(place: string, field: string, what: string): Failure {
  const hint = 'Leave the column out: name those that you need in `columns`.';
  return new Failure('parquet-value', `${place}: the column \`${field}\` ${what}.`, hint);
}
