/** `data.dedupe`: rows → rows without those that came before. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { type Table, toPlainText } from '../report/table.js';
import { excerpt } from './compared-text.js';
import type { DataDedupeConfig } from './dedupe.kind.js';
import { type NumberedRow, type Row, readRows, writeRows } from './jsonl.js';
import { createSeenRows, type Match } from './seen-rows.js';

type Context = RunContext<DataDedupeConfig>;

const shownExamples = 5;

export async function run(context: Context): Promise<RunOutcome> {
  const seen = createSeenRows(context.config);
  const others = context.inputs('against');
  for (const [index, dataset] of others.entries()) {
    const name = `against ${index + 1}`;
    for await (const numbered of readRows(dataset.path(), name)) seen.add(numbered, name, index + 1);
  }
  const examples: string[][] = [];
  const counts = new Map<string, number>();
  const rows = await writeRows(context.output('dataset'), keepNew());
  if (rows === 0)
    throw new Failure('dataset-empty', 'Every row was seen before.', 'See the counts of what was dropped.');
  for (const [reason, dropped] of counts) context.count(reason, dropped);
  if (examples.length > 0) context.display('examples of what was dropped', toPlainText(exampleTable(examples)));
  if (seen.overflows() > 0) {
    context.warn('Many rows are alike, though not enough to be dropped; some near-duplicates among them may be left.');
  }
  return { metrics: { rows, dropped_rows: [...counts.values()].reduce((sum, dropped) => sum + dropped, 0) } };

  async function* keepNew(): AsyncGenerator<Row> {
    for await (const numbered of readRows(context.input('dataset').path(), 'the dataset')) {
      const match = seen.add(numbered, 'the dataset', 0);
      if (match === undefined) {
        yield numbered.row;
        continue;
      }
      const reason = reasonOf(match);
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      if (examples.length < shownExamples) examples.push(describeMatch(numbered, match, context.config));
    }
  }
}

function reasonOf({ source, similarity }: Match): string {
  const what = similarity === undefined ? 'duplicate' : 'near-duplicate';
  return source === 0 ? what : `${what} of a row of \`against\``;
}

function describeMatch(numbered: NumberedRow, match: Match, config: DataDedupeConfig): string[] {
  const like = match.source === 0 ? `${match.number}` : `against ${match.source}: ${match.number}`;
  return [excerpt(numbered, 'the dataset', config), `${numbered.number}`, like, (match.similarity ?? 1).toFixed(2)];
}

function exampleTable(rows: readonly string[][]): Table {
  return { header: ['text', 'row', 'like row', 'similarity'], rows };
}
