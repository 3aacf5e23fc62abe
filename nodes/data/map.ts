/** `data.map`: row → row, field by field. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { type NumberedRow, type Row, readRows, writeRows } from './jsonl.js';
import type { DataMapConfig } from './map.kind.js';
import { mappedRows, openRowFunction } from './row-function.js';
import { findRowProblem } from './row-types.js';
import {
  compileExpression,
  compileTemplate,
  createRootScope,
  createScope,
  type Scope,
  UndefinedValueError,
} from './template.js';
import { toJson } from './template-value.js';

type Context = RunContext<DataMapConfig>;

/** Makes the new row; throws `UndefinedValueError` where there is nothing to make a field of. */
type Mapping = (row: Row, scope: Scope) => Row;

export async function run(context: Context): Promise<RunOutcome> {
  const rows = await writeRows(context.output('dataset'), mapRows(context));
  if (rows === 0) throw new Failure('dataset-empty', 'There is no row.', 'See the counts of what was left out.');
  return { metrics: { rows } };
}

async function* mapRows(context: Context): AsyncGenerator<Row> {
  const { rows: type } = context.config;
  for await (const { row, number } of makeRows(context)) {
    const problem = type === null ? undefined : findRowProblem(type, row);
    if (problem) {
      const message = `row ${number}: not a row of type ${type}: the field \`${problem.field}\` ${problem.problem}.`;
      throw new Failure('row-type-mismatch', message);
    }
    yield row;
  }
}

/** The new rows, each with the number of the one that it was made from. */
function makeRows(context: Context): AsyncGenerator<NumberedRow> {
  return context.config.function ? mapByFunction(context) : mapByOptions(context);
}

async function* mapByFunction(context: Context): AsyncGenerator<NumberedRow> {
  const make = await openRowFunction(context);
  let dropped = 0;
  for await (const { row, number } of readRows(context.input('dataset').path(), 'the dataset')) {
    const made = mappedRows(await make(row, number), number);
    if (made.length === 0) dropped++;
    for (const each of made) yield { row: each, number };
  }
  context.count('no row: the function gave none', dropped);
}

async function* mapByOptions(context: Context): AsyncGenerator<NumberedRow> {
  const { on_undefined: onUndefined } = context.config;
  const mapping = compileMapping(context.config);
  const root = createRootScope();
  let skipped = 0;
  for await (const { row, number } of readRows(context.input('dataset').path(), 'the dataset')) {
    const mapped = mapRow(mapping, row, createScope(root, row), number, onUndefined);
    if (mapped === undefined) {
      skipped++;
      continue;
    }
    yield { row: mapped, number };
  }
  context.count('no row: a value is undefined', skipped);
}

function mapRow(
  mapping: Mapping,
  row: Row,
  scope: Scope,
  number: number,
  onUndefined: DataMapConfig['on_undefined'],
): Row | undefined {
  try {
    return mapping(row, scope);
  } catch (error) {
    if (!(error instanceof UndefinedValueError)) {
      throw new Failure('template-failed', `row ${number}: ${(error as Error).message}.`);
    }
    if (onUndefined === 'skip') return undefined;
    const hint = 'Set `on_undefined: skip` to count and leave out such rows.';
    throw new Failure('template-undefined', `row ${number}: ${error.message}.`, hint);
  }
}

/** All expressions see the input row, so their order does not matter. */
export function compileMapping({ set, text, rename, remove }: DataMapConfig): Mapping {
  const removed = new Set(remove);
  const newNames = new Map(Object.entries(rename).map(([to, from]) => [from, to]));
  const values = Object.entries(set).map(([field, source]) => {
    const expression = compileExpression(source);
    return [field, (scope: Scope) => inField(field, () => toJson(expression.evaluate(scope)))] as const;
  });
  const texts = Object.entries(text).map(([field, source]) => {
    const template = compileTemplate(source);
    return [field, (scope: Scope) => inField(field, () => template.render(scope))] as const;
  });
  const computed = [...values, ...texts];
  return (row, scope) => {
    for (const from of newNames.keys()) {
      if (!Object.hasOwn(row, from)) throw new UndefinedValueError(`there is no field \`${from}\` to rename`);
    }
    const targets = new Set(newNames.values());
    const kept = Object.entries(row).flatMap(([field, value]) => {
      const name = newNames.get(field) ?? field;
      // A field that another takes the name of gives way.
      return removed.has(field) || (name === field && targets.has(field)) ? [] : [[name, value] as const];
    });
    return Object.fromEntries([...kept, ...computed.map(([field, make]) => [field, make(scope)] as const)]);
  };
}

function inField<Value>(field: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    const message = `the field \`${field}\`: ${(error as Error).message}`;
    throw error instanceof UndefinedValueError ? new UndefinedValueError(message) : new Error(message);
  }
}
