/** `data.split`: one dataset → rows to train on, rows held out. */
import { createHash } from 'node:crypto';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { groupKey } from './group-key.js';
import { chooseIndices, chooseKeys, countHeldOut } from './hold-out.js';
import { createRowWriter, type NumberedRow, type Row, readRows } from './jsonl.js';
import type { DataSplitConfig } from './split.kind.js';

type Context = RunContext<DataSplitConfig>;

/** Whether a row is held out, by its content or its place among the rows, from 0. */
type Choice = (row: NumberedRow, index: number) => boolean;

export async function run(context: Context): Promise<RunOutcome> {
  const { by } = context.config;
  const choice = by === null ? await chooseRows(context) : await chooseGroups(context, by);
  const train = await createRowWriter(context.output('train'));
  const validation = await createRowWriter(context.output('validation'));
  let index = 0;
  try {
    for await (const numbered of readInput(context)) {
      await (choice(numbered, index++) ? validation : train).write(numbered.row);
    }
  } finally {
    await train.close();
    await validation.close();
  }
  return { metrics: { train_rows: train.rows(), validation_rows: validation.rows() } };
}

function readInput(context: Context): AsyncGenerator<NumberedRow> {
  return readRows(context.input('dataset').path(), 'the dataset');
}

async function chooseRows(context: Context): Promise<Choice> {
  const { validation, seed } = context.config;
  const contents: string[] = [];
  for await (const { row } of readInput(context)) contents.push(fingerprint(row));
  const chosen = chooseIndices(contents.length, countHeldOut(contents.length, validation, 'rows'), seed);
  warnOfTwins(contents, chosen, context);
  return (_, index) => chosen.has(index);
}

/** A model that has trained on a row's twin is not tested by it. */
function warnOfTwins(contents: readonly string[], chosen: ReadonlySet<number>, context: Context): void {
  const inTrain = new Set(contents.filter((_, index) => !chosen.has(index)));
  const twins = contents.filter((content, index) => chosen.has(index) && inTrain.has(content)).length;
  if (twins === 0) return;
  context.count('held-out row that is also in train', twins);
  context.warn(
    `${twins} of ${chosen.size} held-out rows are also in train, word for word; \`by\` keeps such rows together.`,
  );
}

async function chooseGroups(context: Context, by: string): Promise<Choice> {
  const { validation, seed } = context.config;
  const keys = new Set<string>();
  for await (const numbered of readInput(context)) keys.add(groupKey(numbered, by, 'split'));
  const chosen = chooseKeys(keys, validation, seed);
  context.display('split', `${chosen.size} of ${keys.size} values of ${by} held out`);
  return (numbered) => chosen.has(groupKey(numbered, by, 'split'));
}

function fingerprint(row: Row): string {
  return createHash('sha256').update(JSON.stringify(row)).digest('base64');
}
