/** `report.frontier`: metrics of several nodes → a plot and a table of gains against costs. */
import { writeFile } from 'node:fs/promises';
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { ReportFrontierConfig } from '../../schemas/kinds/report.frontier.js';
import { frontierPlot } from './frontier-plot.js';
import { type FrontierPoint, frontierPoints } from './frontier-points.js';
import { formatMeasure } from './measure.js';
import { readMetrics } from './read-metrics.js';
import { type Table, toMarkdown, toPlainText } from './table.js';

export async function run(context: RunContext<ReportFrontierConfig>): Promise<RunOutcome> {
  const { labels, x, y, x_label: cost, y_label: gain } = context.config;
  const inputs = context.inputs('metrics');
  if (inputs.length !== labels.length) {
    const message = `There are ${labels.length} labels for ${inputs.length} inputs.`;
    throw new Failure('labels-mismatch', message, 'Give one label for each of the `metrics` inputs, in their order.');
  }
  const labelled = await Promise.all(
    inputs.map(async (input, index) => ({
      label: labels[index]!,
      metrics: await readMetrics(input.path(), labels[index]!),
    })),
  );
  const points = frontierPoints(labelled, { x, y });
  const table = tableOf(points, { cost, gain });
  await writeFile(context.output('plot'), frontierPlot(points, { x: cost, y: gain }));
  await writeFile(context.output('report'), toMarkdown(table));
  context.display('frontier', toPlainText(table));
  return { metrics: metricsOf(points) };
}

/** By their cost. */
function tableOf(points: readonly FrontierPoint[], titles: { readonly cost: string; readonly gain: string }): Table {
  const ordered = [...points].sort((a, b) => a.cost.value - b.cost.value);
  return {
    header: ['point', titles.cost, titles.gain, 'on the frontier'],
    rows: ordered.map(({ label, cost, gain, isBest }) => [
      label,
      formatMeasure(cost),
      formatMeasure(gain),
      isBest ? 'yes' : '',
    ]),
  };
}

function metricsOf(points: readonly FrontierPoint[]): Record<string, number> {
  const entries = points.flatMap(({ label, cost, gain }) => [
    [`${label}.cost`, cost.value] as const,
    [`${label}.gain`, gain.value] as const,
  ]);
  return Object.fromEntries(entries);
}
