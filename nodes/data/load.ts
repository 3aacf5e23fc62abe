/** `data.load`: files → rows of one row type. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { readPath } from './field-path.js';
import { type FormatOptions, formatOf, type NamedFile, numberUnit, readFileRows } from './formats.js';
import { type Row, writeRows } from './jsonl.js';
import { type DataLoadConfig, loadedRows } from './load.kind.js';
import { fieldsOf, findRowProblem, type RowProblem } from './row-types.js';
import { type Converted, shapes } from './shapes.js';

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
  const type = config.shape ?? config.rows;
  const options: FormatOptions = { ...config, paths: pathsOf(config)?.map(([, path]) => path) };
  let rows = 0;
  for (const file of context.sources) {
    let rowsOfFile = 0;
    for await (const { row: data, number } of readFileRows(file, options)) {
      rowsOfFile++;
      const result = shapeRow(data, config);
      if ('row' in result) {
        yield result.row;
        if (++rows === config.limit) return;
      } else if (config.on_invalid === 'drop') {
        context.count(`row is not ${type}: ${withoutIndices(result.problem.field)}`, 1);
      } else {
        throw mismatch(file, number, result.problem, data, config);
      }
    }
    if (rowsOfFile === 0) context.warn(`${file.name} holds no rows.`);
  }
}

/** The row that is written, or what keeps it from being of its type. */
function shapeRow(data: Row, config: DataLoadConfig): Converted {
  const mapped = mapColumns(data, config);
  const result = config.shape === null ? { row: mapped } : shapes[config.shape].convert(mapped);
  if ('problem' in result) return result;
  const problem = findRowProblem(loadedRows(config), result.row);
  return problem ? { problem } : result;
}

/** The row as it is, or, with `columns`, the fields that they name and those of the row type or shape. */
function mapColumns(data: Row, config: DataLoadConfig): Row {
  const paths = pathsOf(config);
  if (paths === undefined) return data;
  return Object.fromEntries(
    paths.map(([field, path]) => [field, readPath(data, path)]).filter(([, value]) => value !== undefined),
  );
}

/** Field → path in the data, where `columns` are given. */
function pathsOf({ columns, shape, rows }: DataLoadConfig): (readonly [string, string])[] | undefined {
  const named = Object.entries(columns);
  if (named.length === 0) return undefined;
  const fields = shape === null ? fieldsOf(rows) : shapes[shape].fields;
  const unnamed = fields.filter((field) => !Object.hasOwn(columns, field));
  return [...unnamed.map((field) => [field, field] as const), ...named];
}

function mismatch(
  file: NamedFile,
  number: number,
  { field, problem }: RowProblem,
  data: Row,
  { columns, rows, shape, format }: DataLoadConfig,
): Failure {
  const top = withoutIndices(field);
  const column = Object.hasOwn(columns, top) ? ` (column ${columns[top]})` : '';
  const place = `${file.name}, ${numberUnit[formatOf(file, format)]} ${number}`;
  const found = Object.keys(data).slice(0, 8).join(', ');
  return new Failure(
    'row-type-mismatch',
    `${place}: not a row of ${shape === null ? `type ${rows}` : `shape ${shape}`}: the field \`${field}\`${column} ${problem}.`,
    problem === 'is missing' ? `The row has: ${found}. Name the right one in \`columns\`.` : undefined,
  );
}

function withoutIndices(field: string): string {
  return field.replace(/[[.].*$/, '');
}
