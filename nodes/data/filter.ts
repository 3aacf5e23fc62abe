/** `data.filter`: rows → those that meet a condition. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { DataFilterConfig } from './filter.kind.js';
import { type Row, readRows, writeRows } from './jsonl.js';
import { filterReason, openRowFunction } from './row-function.js';
import { type CompiledExpression, compileExpression, createRootScope, createScope, type Scope } from './template.js';
import { isTrue } from './template-value.js';

type Context = RunContext<DataFilterConfig>;

/** Why a row goes; `undefined` for one that stays. */
type Judge = (row: Scope) => string | undefined;

export async function run(context: Context): Promise<RunOutcome> {
  const rows = await writeRows(context.output('dataset'), filterRows(context));
  if (rows === 0)
    throw new Failure('dataset-empty', 'No row meets the condition.', 'See the counts of what was dropped.');
  return { metrics: { rows } };
}

async function* filterRows(context: Context): AsyncGenerator<Row> {
  const judge = compileJudge(context.config);
  const ask = context.config.function ? await openRowFunction(context) : undefined;
  const root = createRootScope();
  const counts = new Map<string, number>();
  for await (const { row, number } of readRows(context.input('dataset').path(), 'the dataset')) {
    const reason =
      judgeRow(judge, createScope(root, row), number) ?? (ask && filterReason(await ask(row, number), number));
    if (reason === undefined) yield row;
    else counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  for (const [reason, rows] of counts) context.count(reason, rows);
}

function compileJudge({ where, drop }: DataFilterConfig): Judge {
  const condition = where === null ? undefined : compileExpression(where);
  const reasons = Object.entries(drop).map(([reason, source]) => [reason, compileExpression(source)] as const);
  const holds = (expression: CompiledExpression, row: Scope): boolean => isTrue(expression.evaluate(row));
  return (row) => {
    if (condition && !holds(condition, row)) return '`where` is false';
    return reasons.find(([, expression]) => holds(expression, row))?.[0];
  };
}

function judgeRow(judge: Judge, row: Scope, number: number): string | undefined {
  try {
    return judge(row);
  } catch (error) {
    const hint = 'Fields that not every row has can be asked for: `field is defined and …`.';
    throw new Failure('template-failed', `row ${number}: ${(error as Error).message}.`, hint);
  }
}
