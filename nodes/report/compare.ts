/** `report.compare`: metrics of several nodes → one table. */
import { writeFile } from 'node:fs/promises';
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { ReportCompareConfig } from './compare.kind.js';
import { formatMeasure, readMeasure } from './measure.js';
import { metricNames } from './metric-names.js';
import { readMetrics } from './read-metrics.js';
import { formatDifference, type Table, toMarkdown, toPlainText } from './table.js';

/** Metrics under the label of their column. */
export interface Column {
  readonly label: string;
  readonly metrics: Readonly<Record<string, number>>;
}

export async function run(context: RunContext<ReportCompareConfig>): Promise<RunOutcome> {
  const { labels, metrics: wanted } = context.config;
  const inputs = context.inputs('metrics');
  if (inputs.length !== labels.length) {
    const message = `There are ${labels.length} labels for ${inputs.length} inputs.`;
    throw new Failure('labels-mismatch', message, 'Give one label for each of the `metrics` inputs, in their order.');
  }
  const columns = await Promise.all(
    inputs.map(async (input, index) => ({
      label: labels[index]!,
      metrics: await readMetrics(input.path(), labels[index]!),
    })),
  );
  const names = wanted.length > 0 ? wanted : namesOf(columns);
  for (const name of names) {
    if (!columns.some(({ metrics }) => Object.hasOwn(metrics, name))) {
      const found = namesOf(columns).join(', ');
      throw new Failure('unknown-metric', `None of the inputs has a metric ${name}.`, `They have: ${found}.`);
    }
  }
  const table = compareColumns(columns, names);
  await writeFile(context.output('report'), toMarkdown(table));
  context.display('comparison', toPlainText(table));
  return { metrics: flatten(columns, names) };
}

/** One row a metric, one column a label; of two columns, a third tells how the second differs from the first. */
export function compareColumns(columns: readonly Column[], names: readonly string[]): Table {
  const [first, second] = columns;
  const withDifference = columns.length === 2;
  const differenceOf = (name: string): string => {
    const [before, after] = [metricOf(first!, name), metricOf(second!, name)];
    return before === undefined || after === undefined ? '' : formatDifference(after - before);
  };
  return {
    header: ['metric', ...columns.map(({ label }) => label), ...(withDifference ? ['difference'] : [])],
    rows: names.map((name) => [
      name,
      ...columns.map(({ metrics }) => formatMeasure(readMeasure(metrics, name))),
      ...(withDifference ? [differenceOf(name)] : []),
    ]),
  };
}

function metricOf({ metrics }: Column, name: string): number | undefined {
  return Object.hasOwn(metrics, name) ? metrics[name] : undefined;
}

function namesOf(columns: readonly Column[]): string[] {
  return [...new Set(columns.flatMap(({ metrics }) => metricNames(metrics)))];
}

/** `label.metric` → value. */
function flatten(columns: readonly Column[], names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    columns.flatMap((column) =>
      names.flatMap((name) => {
        const value = metricOf(column, name);
        return value === undefined ? [] : [[`${column.label}.${name}`, value] as const];
      }),
    ),
  );
}
