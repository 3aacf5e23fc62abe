/** `data.shuffle`: rows → the same rows in random order. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { createRandom } from '../tensor/random.js';
import { createRowWriter, readRows } from './jsonl.js';
import type { DataShuffleConfig } from './shuffle.kind.js';

export async function run(context: RunContext<DataShuffleConfig>): Promise<RunOutcome> {
  // A row takes a fraction of the memory as text.
  const texts: string[] = [];
  for await (const { row } of readRows(context.input('dataset').path(), 'the dataset')) texts.push(JSON.stringify(row));
  if (texts.length === 0) throw new Failure('dataset-empty', 'The dataset holds no rows.');
  const writer = await createRowWriter(context.output('dataset'));
  try {
    const order = createRandom(context.config.seed, 'data.shuffle').permutation(texts.length);
    for (const index of order) await writer.writeJson(texts[index]!);
  } finally {
    await writer.close();
  }
  return { metrics: { rows: texts.length } };
}
