/** `data.stats`: rows → what there is to know of them. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { formatNumber, type Table, toMarkdown, toPlainText } from '../report/table.js';
import { comparisonKey } from './compared-text.js';
import { readPath } from './field-path.js';
import { createFieldGatherer, type FieldGatherer, type FieldStats, type Lengths } from './field-stats.js';
import { type NumberedRow, readRows } from './jsonl.js';
import type { DataStatsConfig } from './stats.kind.js';

type Context = RunContext<DataStatsConfig>;

interface Stats {
  readonly rows: number;
  readonly duplicates: number;
  readonly fields: ReadonlyMap<string, FieldStats>;
  /** Value → rows, the most frequent first. */
  readonly labels: readonly (readonly [string, number])[];
}

const shownLabels = 30;

export async function run(context: Context): Promise<RunOutcome> {
  const stats = await gather(context);
  const metrics = metricsOf(stats);
  await writeMetrics(context.output('metrics'), metrics);
  const tables = [fieldTable(stats), ...(stats.labels.length > 0 ? [labelTable(stats)] : [])];
  const summary = `${stats.rows} rows, ${stats.duplicates} of them duplicates of one before`;
  await writeFile(context.output('report'), [`${summary}.\n`, ...tables.map(toMarkdown)].join('\n'));
  context.display('dataset', [summary, ...tables.map(toPlainText)].join('\n\n'));
  return { metrics };
}

async function gather(context: Context): Promise<Stats> {
  const { fields: wanted, label } = context.config;
  const fields = new Map<string, FieldGatherer>(wanted.map((field) => [field, createFieldGatherer()]));
  const labels = new Map<string, number>();
  const seen = new Set<string>();
  let rows = 0;
  for await (const numbered of readRows(context.input('dataset').path(), 'the dataset')) {
    const { row } = numbered;
    rows++;
    seen.add(fingerprint(numbered));
    for (const field of wanted.length > 0 ? wanted : Object.keys(row)) {
      const gatherer = fields.get(field) ?? createFieldGatherer();
      fields.set(field, gatherer);
      gatherer.add(wanted.length > 0 ? readPath(row, field) : row[field]);
    }
    const value = readPath(row, label);
    if (isLabel(value)) labels.set(JSON.stringify(value), (labels.get(JSON.stringify(value)) ?? 0) + 1);
  }
  if (rows === 0) throw new Failure('dataset-empty', 'The dataset holds no rows.');
  return {
    rows,
    duplicates: rows - seen.size,
    fields: new Map([...fields].map(([field, gatherer]) => [field, gatherer.finish(rows)])),
    labels: [...labels].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
  };
}

function fingerprint(numbered: NumberedRow): string {
  const whole = { fields: [], ignore_case: false, ignore_whitespace: false };
  return createHash('sha256')
    .update(comparisonKey(numbered, 'the dataset', whole))
    .digest()
    .toString('latin1');
}

function isLabel(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function metricsOf({ rows, duplicates, fields, labels }: Stats): Record<string, number> {
  const ofLengths = (name: string, lengths: Lengths | undefined): [string, number][] =>
    Object.entries(lengths ?? {}).map(([measure, value]) => [`${name}_${measure}`, value]);
  return {
    rows,
    duplicate_rows: duplicates,
    ...(labels.length > 0 ? { labels: labels.length, largest_label_share: labels[0]![1] / rows } : {}),
    ...Object.fromEntries(
      [...fields].flatMap(([field, { missing, empty, characters, words }]) => [
        [`${field}.missing`, missing],
        [`${field}.empty`, empty],
        ...ofLengths(`${field}.characters`, characters),
        ...ofLengths(`${field}.words`, words),
      ]),
    ),
  };
}

function fieldTable({ fields }: Stats): Table {
  const cells = (lengths: Lengths | undefined): string[] =>
    lengths
      ? [lengths.min, lengths.mean, lengths.p50, lengths.p90, lengths.max].map(formatNumber)
      : Array.from({ length: 5 }, () => '');
  return {
    header: ['field', 'missing', 'empty', 'of', 'min', 'mean', 'p50', 'p90', 'max'],
    rows: [...fields].flatMap(([field, { missing, empty, characters, words }]) => [
      [field, `${missing}`, `${empty}`, characters ? 'characters' : '', ...cells(characters)],
      ...(words ? [['', '', '', 'words', ...cells(words)]] : []),
    ]),
  };
}

function labelTable({ labels, rows }: Stats): Table {
  const shown = labels.slice(0, shownLabels).map(([label, count]) => [label, `${count}`, formatNumber(count / rows)]);
  const rest = labels.slice(shownLabels);
  const others = rest.reduce((sum, [, count]) => sum + count, 0);
  const last = rest.length === 0 ? [] : [[`${rest.length} others`, `${others}`, formatNumber(others / rows)]];
  return { header: ['label', 'rows', 'share'], rows: [...shown, ...last] };
}
