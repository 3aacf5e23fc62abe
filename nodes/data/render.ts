/** `data.render`: rows → rows, through templates. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { readPath } from './field-path.js';
import { type NumberedRow, type Row, readRows, writeRows } from './jsonl.js';
import type { DataRenderConfig } from './render.kind.js';
import { compileRowTemplate, type Rendering, type RowTemplate } from './row-template.js';
import { findRowProblem, isEmptyField } from './row-types.js';
import { createRootScope, createScope, type Scope } from './template.js';

type Context = RunContext<DataRenderConfig>;

const gapHint = 'Leave such rows out with `when`, or set `on_undefined: skip` to count and skip them.';

export async function run(context: Context): Promise<RunOutcome> {
  const rows = await writeRows(context.output('dataset'), renderRows(context));
  if (rows === 0) {
    throw new Failure('dataset-empty', 'The templates made no row.', 'See what `when` and `on_undefined` left out.');
  }
  return { metrics: { rows } };
}

async function* renderRows(context: Context): AsyncGenerator<Row> {
  const { config } = context;
  const templates = config.templates.map(compileRowTemplate);
  const root = createScope(createRootScope(), await readTables(context));
  for await (const numbered of readInput(context)) {
    const kept = keepFields(numbered, config.keep);
    const scope = createScope(root, numbered.row);
    for (const [index, template] of templates.entries()) {
      const place = `template ${index + 1}, row ${numbered.number}`;
      for (const rendering of applyTemplate(template, scope, place)) {
        const row = acceptRendering(rendering, kept, place, context);
        if (row) yield row;
      }
    }
  }
}

function readInput(context: Context): AsyncGenerator<NumberedRow> {
  return readRows(context.input('dataset').path(), 'the dataset');
}

function* applyTemplate(template: RowTemplate, scope: Scope, place: string): Generator<Rendering, void, void> {
  try {
    yield* template(scope);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('template-failed', `${place}: ${(error as Error).message}.`);
  }
}

/** The finished row; `undefined` where there is to be none, which is then counted. */
function acceptRendering(rendering: Rendering, kept: Row, place: string, context: Context): Row | undefined {
  const { rows, on_undefined: onUndefined } = context.config;
  const skip = (reason: string): undefined => void context.count(`no row: ${reason}`, 1);
  switch (rendering.outcome) {
    case 'left-out':
      return skip('`when` is false');
    case 'undefined':
      if (onUndefined === 'skip') return skip('a value is undefined');
      throw new Failure('template-undefined', `${place}: ${rendering.message}.`, gapHint);
    case 'row': {
      const row = { ...rendering.row, ...kept };
      const problem = findRowProblem(rows, row);
      if (!problem) return row;
      const empty = isEmptyField(problem);
      if (empty && onUndefined === 'skip') return skip('a field is empty');
      const message = `${place}: not a row of type ${rows}: the field \`${problem.field}\` ${problem.problem}.`;
      throw new Failure('row-type-mismatch', message, empty ? gapHint : undefined);
    }
  }
}

function keepFields({ row, number }: NumberedRow, keep: DataRenderConfig['keep']): Row {
  return Object.fromEntries(
    Object.entries(keep).map(([field, path]) => {
      const value = readPath(row, path);
      if (value !== undefined) return [field, value];
      throw new Failure('missing-field', `row ${number}: there is no \`${path}\` to keep as \`${field}\`.`);
    }),
  );
}

/** The tables of `lookup`: name → key → row. */
async function readTables(context: Context): Promise<Record<string, unknown>> {
  const wanted = Object.entries(context.config.lookup);
  if (wanted.length === 0) return {};
  const tables = wanted.map(([name, path]) => ({ name, path, rows: new Map<string, Row>() }));
  for await (const { row, number } of readInput(context)) {
    for (const { name, path, rows } of tables) {
      const key = readPath(row, path);
      if (typeof key !== 'string' && typeof key !== 'number') {
        throw new Failure('missing-field', `row ${number}: \`${path}\` holds no key for the lookup \`${name}\`.`);
      }
      if (rows.has(String(key))) {
        const message = `row ${number}: the key ${JSON.stringify(key)} of the lookup \`${name}\` occurs twice.`;
        throw new Failure('duplicate-lookup-key', message);
      }
      rows.set(String(key), row);
    }
  }
  return Object.fromEntries(tables.map(({ name, rows }) => [name, Object.fromEntries(rows)]));
}
