/** `data.load`: files → rows of one row type. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { readPath } from './field-path.js';
import { type FormatOptions, formatOf, type NamedFile, numberUnit, readFileRows } from './formats.js';
import { type Row, writeRows } from './jsonl.js';
import type { DataLoadConfig } from './load.kind.js';
import { fieldsOf, findRowProblem, type RowProblem } from './row-types.js';

type Context = RunContext<DataLoadConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const rows = await writeRows(context.output('dataset'), loadRows(context));
  if (rows === 0) {
    const names = context.sources.map(({ name }) => name).join(', ');
    throw new Failure('dataset-empty', `No row was read from ${names || 'any file'}.`);
  }
  return { metrics: { rows, files: context.sources.length } };
}

async function* loadRows(context: Context): AsyncGenerator<Row> {
  const { config } = context;
  let rows = 0;
  for (const file of context.sources) {
    let rowsOfFile = 0;
    for await (const { row: data, number } of readFileRows(file, config as FormatOptions)) {
      rowsOfFile++;
      const row = mapColumns(data, config);
      const problem = findRowProblem(config.rows, row);
      if (!problem) {
        yield row;
        if (++rows === config.limit) return;
      } else if (config.on_invalid === 'drop') {
        context.count(`row is not ${config.rows}: ${withoutIndices(problem.field)}`, 1);
      } else {
        throw mismatch(file, number, problem, data, config);
      }
    }
    if (rowsOfFile === 0) context.warn(`${file.name} holds no rows.`);
  }
}

/** The row as it is, or, with `columns`, the fields that they name and those of the row type. */
function mapColumns(data: Row, { columns, rows }: DataLoadConfig): Row {
  const named = Object.entries(columns);
  if (named.length === 0) return data;
  const unnamed = fieldsOf(rows).filter((field) => !Object.hasOwn(columns, field));
  const paths = [...unnamed.map((field) => [field, field] as const), ...named];
  return Object.fromEntries(
    paths.map(([field, path]) => [field, readPath(data, path)]).filter(([, value]) => value !== undefined),
  );
}

function mismatch(
  file: NamedFile,
  number: number,
  { field, problem }: RowProblem,
  data: Row,
  { columns, rows, format }: DataLoadConfig,
): Failure {
  const top = withoutIndices(field);
  const column = Object.hasOwn(columns, top) ? ` (column ${columns[top]})` : '';
  const place = `${file.name}, ${numberUnit[formatOf(file, format)]} ${number}`;
  const found = Object.keys(data).slice(0, 8).join(', ');
  return new Failure(
    'row-type-mismatch',
    `${place}: not a row of type ${rows}: the field \`${field}\`${column} ${problem}.`,
    problem === 'is missing' ? `The row has: ${found}. Name the right one in \`columns\`.` : undefined,
  );
}

function withoutIndices(field: string): string {
  return field.replace(/[[.].*$/, '');
}
