/** `data.sample`: rows → some of them. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { apportion, drawCounts, sampleSize } from './draw-sample.js';
import { groupKey } from './group-key.js';
import { type NumberedRow, type Row, readRows, writeRows } from './jsonl.js';
import type { DataSampleConfig } from './sample.kind.js';

type Context = RunContext<DataSampleConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const counts = await choose(context);
  const taken = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  context.count('row not in the sample', counts.length - taken);
  const rows = await writeRows(context.output('dataset'), takeRows(context, counts));
  return { metrics: { rows, distinct_rows: taken } };
}

/** How often each row is taken. */
async function choose(context: Context): Promise<Uint32Array> {
  const { by, replacement, seed } = context.config;
  const strata = new Map<string, number[]>();
  let total = 0;
  for await (const numbered of readInput(context)) {
    const key = by === null ? '' : groupKey(numbered, by, 'sample');
    const indices = strata.get(key);
    if (indices) indices.push(total++);
    else strata.set(key, [total++]);
  }
  const shares = apportion(
    sampleSize(total, context.config),
    [...strata.values()].map(({ length }) => length),
  );
  const counts = new Uint32Array(total);
  [...strata].forEach(([key, indices], stratum) => {
    const drawn = drawCounts(indices.length, shares[stratum]!, replacement, seed, `data.sample ${key}`);
    indices.forEach((index, position) => {
      counts[index] = drawn[position]!;
    });
  });
  if (by !== null) {
    const none = shares.filter((share) => share === 0).length;
    if (none > 0) context.warn(`${none} of ${strata.size} values of ${by} are too rare for a row in the sample.`);
  }
  return counts;
}

async function* takeRows(context: Context, counts: Uint32Array): AsyncGenerator<Row> {
  let index = 0;
  for await (const { row } of readInput(context)) {
    for (let times = counts[index++]!; times > 0; times--) yield row;
  }
}

function readInput(context: Context): AsyncGenerator<NumberedRow> {
  return readRows(context.input('dataset').path(), 'the dataset');
}
