/** `data.decontaminate`: rows → rows that share no run of words with a test set (Brown et al., 2020, appendix C). */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { toPlainText } from '../report/table.js';
import { comparedText } from './compared-text.js';
import type { DataDecontaminateConfig } from './decontaminate.kind.js';
import { createRowWriter, type NumberedRow, readRows } from './jsonl.js';
import { createRunIndex, type RunIndex } from './run-index.js';
import { wordsOf } from './shingles.js';

type Context = RunContext<DataDecontaminateConfig>;

const shownExamples = 5;

export async function run(context: Context): Promise<RunOutcome> {
  const index = await indexTests(context);
  const kept = await createRowWriter(context.output('dataset'));
  const report = await createRowWriter(context.output('report'));
  const examples: string[][] = [];
  try {
    for await (const numbered of readRows(context.input('dataset').path(), 'the dataset')) {
      const found = index.find(wordsIn(numbered, 'the dataset', context.config.fields));
      if (found === undefined) {
        await kept.write(numbered.row);
        continue;
      }
      const { dataset, row, words } = found;
      await report.write({ row: numbered.number, against: dataset, against_row: row, words: words.join(' ') });
      if (examples.length < shownExamples) {
        examples.push([shorten(words.join(' ')), `${numbered.number}`, `against ${dataset}: ${row}`]);
      }
    }
  } finally {
    await kept.close();
    await report.close();
  }
  context.count('row shares words with `against`', report.rows());
  if (examples.length > 0) {
    const table = { header: ['shared words', 'row', 'row of `against`'], rows: examples };
    context.display('examples of what was dropped', toPlainText(table));
  }
  if (kept.rows() === 0) throw new Failure('dataset-empty', 'Every row shares words with `against`.');
  return { metrics: { rows: kept.rows(), dropped_rows: report.rows() } };
}

async function indexTests(context: Context): Promise<RunIndex> {
  const { ngram, min_words: minWords, against_fields: fields } = context.config;
  const index = createRunIndex(ngram);
  let tooShort = 0;
  for (const [position, dataset] of context.inputs('against').entries()) {
    const name = `against ${position + 1}`;
    for await (const numbered of readRows(dataset.path(), name)) {
      const words = wordsIn(numbered, name, fields);
      if (words.length < Math.min(ngram, minWords)) tooShort++;
      else index.add(words, { dataset: position + 1, row: numbered.number });
    }
  }
  context.count('row of `against` too short to look for', tooShort);
  if (index.size() === 0) {
    const message = `No row of \`against\` has ${Math.min(ngram, minWords)} words.`;
    throw new Failure('nothing-to-look-for', message, 'Give smaller `ngram` and `min_words`, or use `data.dedupe`.');
  }
  return index;
}

function wordsIn(numbered: NumberedRow, name: string, fields: readonly string[]): string[] {
  return wordsOf(comparedText(numbered, name, { fields, ignore_case: true, ignore_whitespace: false }));
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
