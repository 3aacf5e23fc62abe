/** `evaluate.errors`: where a model fails. */
import { writeFile } from 'node:fs/promises';
import type { RunContext, RunOutcome } from '../../../engine/kind.js';
import type { EvaluateErrorsConfig } from '../../../schemas/kinds/evaluate.errors.js';
import { readPath } from '../../data/field-path.js';
import { type Row, writeRows } from '../../data/jsonl.js';
import { wordsOf } from '../../data/shingles.js';
import { sampleTable } from '../../generate/sample-table.js';
import { formatInterval, formatMeasure } from '../../report/measure.js';
import { formatDifference, type Table, toMarkdown, toPlainText } from '../../report/table.js';
import { writeMetrics } from '../metrics-file.js';
import { withMeanInterval } from '../score-texts.js';
import { type JudgedRow, readJudgedRows } from './judged-rows.js';
import { confusionTable, labelTable } from './mistakes.js';
import { type ScoredSlice, scoreSlices, slicesByLength, slicesByValue } from './slices.js';

interface Section {
  readonly title: string;
  readonly table: Table;
}

export async function run(context: RunContext<EvaluateErrorsConfig>): Promise<RunOutcome> {
  const { config } = context;
  const rows = await readJudgedRows(context.input('samples').path(), config);
  const scores = rows.map(({ score }) => score);
  const slices = slicesOf(rows, config);
  const options = { resamples: config.bootstrap_resamples, confidence: config.confidence_level, seed: 0 };
  const scored = scoreSlices(slices, scores, options);
  const worst = worstOf(rows).slice(0, config.worst);
  const sections = [
    ...(scored.length > 0 ? [{ title: 'slices', table: sliceTable(scored) }] : []),
    ...labelSections(rows),
  ];
  for (const { title, table } of sections) context.display(title, toPlainText(table));
  context.display('worst', sampleTable(worst.map(shownRow)));
  await writeRows(
    context.output('worst'),
    worst.map(({ row, number, score }) => ({ row: number, score, ...row })),
  );
  await writeFile(context.output('report'), markdown(sections, worst));
  const metrics = {
    ...withMeanInterval('score', scores, config),
    ...(scored.length > 0 ? { lowest_slice_score: scored[0]!.score, slices: scored.length } : {}),
    n: rows.length,
  };
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}

function slicesOf(
  rows: readonly JudgedRow[],
  { slices, text, length_bins: bins, min_rows: least }: EvaluateErrorsConfig,
) {
  const field = text ?? ['text', 'prompt'].find((name) => typeof rows[0]!.row[name] === 'string');
  const lengthOf = ({ row }: JudgedRow): number | undefined => {
    const value = field === undefined ? undefined : readPath(row, field);
    return typeof value === 'string' ? wordsOf(value).length : undefined;
  };
  return [
    ...slices.flatMap((path) =>
      slicesByValue(
        path,
        rows.map(({ row }) => readPath(row, path)),
        least,
      ),
    ),
    ...slicesByLength(`length of ${field}`, rows.map(lengthOf), bins),
  ];
}

/** The lowest scores first; of equal ones those that the model was surest of. */
function worstOf(rows: readonly JudgedRow[]): JudgedRow[] {
  const sureness = ({ confidence }: JudgedRow) => confidence ?? 0;
  return [...rows].sort((a, b) => a.score - b.score || sureness(b) - sureness(a) || a.number - b.number);
}

function sliceTable(slices: readonly ScoredSlice[]): Table {
  return {
    header: ['slice', 'rows', 'score', 'against the rest'],
    rows: slices.map(({ by, name, rows, score, interval, difference }) => [
      `${by}: ${name}`,
      String(rows.length),
      formatMeasure({ value: score, interval }),
      difference === undefined
        ? ''
        : `${formatDifference(difference.value)}${difference.interval ? ` ${formatInterval(difference.interval)}` : ''}`,
    ]),
  };
}

function labelSections(rows: readonly JudgedRow[]): Section[] {
  const labelled = rows.flatMap(({ labels }) => labels ?? []);
  if (labelled.length === 0) return [];
  const confusions = confusionTable(labelled);
  return [
    { title: 'labels', table: labelTable(labelled) },
    ...(confusions.rows.length > 0 ? [{ title: 'taken for another', table: confusions }] : []),
  ];
}

const shownFields = ['text', 'prompt', 'response', 'reference', 'label', 'predicted'] as const;

function shownRow({ row, number, score, confidence }: JudgedRow): Record<string, string | number> {
  const told = shownFields.flatMap((field) => (row[field] === undefined ? [] : [[field, textOf(row[field])]]));
  return { row: number, score, ...(confidence === undefined ? {} : { confidence }), ...Object.fromEntries(told) };
}

function textOf(value: Row[string]): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function markdown(sections: readonly Section[], worst: readonly JudgedRow[]): string {
  const shown = worst.map(shownRow);
  const header = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const cell = (value: string | number | undefined) => {
    const text = String(value ?? '')
      .replace(/\s+/g, ' ')
      .trim();
    return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
  };
  const table = { header, rows: shown.map((row) => header.map((name) => cell(row[name]))) };
  const all = [...sections, ...(shown.length > 0 ? [{ title: 'worst', table }] : [])];
  return all.map(({ title, table: each }) => `## ${title}\n\n${toMarkdown(each)}`).join('\n');
}
