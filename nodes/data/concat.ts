/** `data.concat`: datasets → one dataset. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { type Row, readRows, writeRows } from './jsonl.js';

export async function run(context: RunContext<unknown>): Promise<RunOutcome> {
  const rows = await writeRows(context.output('dataset'), readAll(context));
  if (rows === 0) throw new Failure('dataset-empty', 'The datasets hold no rows.');
  return { metrics: { rows, datasets: context.inputs('datasets').length } };
}

async function* readAll(context: RunContext<unknown>): AsyncGenerator<Row> {
  for (const [index, dataset] of context.inputs('datasets').entries()) {
    let rows = 0;
    for await (const { row } of readRows(dataset.path(), `dataset ${index + 1}`)) {
      rows++;
      yield row;
    }
    if (rows === 0) context.warn(`Dataset ${index + 1} holds no rows.`);
  }
}
