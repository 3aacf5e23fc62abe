/** Metrics of all nodes, with their intervals, and a plot of each that has some. */
import { formatMeasure, readMeasure } from '../report/measure.js';
import { metricNames } from '../report/metric-names.js';
import { formatDifference } from '../report/table.js';
import { legend } from './curves-section.js';
import { type Html, html } from './html.js';
import { type IntervalPoint, intervalPlot } from './plots.js';
import type { ReportRun } from './report-data.js';
import { named, scrolled } from './sections.js';

/** Plots that are seen at once; the others are folded. */
const openPlots = 4;

export function metricsSection(runs: readonly ReportRun[]): Html | undefined {
  const ids = [...new Set(runs.flatMap(({ record }) => Object.keys(record.nodes)))];
  const rows = ids.flatMap((id) => metricRows(id, runs));
  if (rows.length === 0) return undefined;
  const columns = runs.map(({ label }) => html`<th scope="col" class="number">${label || 'value'}</th>`);
  const table = html`<table><caption>In brackets: the interval of a metric that has one</caption><thead><tr><th scope="col">node</th><th scope="col">metric</th>${columns}${runs.length === 2 ? html`<th scope="col" class="number">difference</th>` : undefined}</tr></thead><tbody>${rows}</tbody></table>`;
  return html`<section aria-labelledby="metrics"><h2 id="metrics">Metrics</h2>${intervalPlots(runs)}${scrolled(table)}</section>`;
}

function metricRows(id: string, runs: readonly ReportRun[]): Html[] {
  const ofRuns = runs.map(({ record }) => record.nodes[id]?.metrics ?? {});
  const names = [...new Set(ofRuns.flatMap((metrics) => metricNames(metrics)))];
  return names.map((name, index) => {
    const values = ofRuns.map((metrics) => metrics[name]);
    const [first, second] = values;
    const difference = first === undefined || second === undefined ? '' : formatDifference(second - first);
    return html`<tr><th scope="row">${index === 0 ? id : html`<span class="hidden">${id}</span>`}</th><td>${name}</td>${ofRuns.map((metrics) => html`<td class="number">${formatMeasure(readMeasure(metrics, name))}</td>`)}${runs.length === 2 ? html`<td class="number">${difference}</td>` : undefined}</tr>`;
  });
}

function intervalPlots(runs: readonly ReportRun[]): Html[] {
  const points = new Map<string, IntervalPoint[]>();
  for (const { label, record } of runs) {
    for (const [id, { metrics = {} }] of Object.entries(record.nodes)) {
      for (const name of metricNames(metrics)) {
        const { value, interval } = readMeasure(metrics, name)!;
        if (!interval) continue;
        const point = { label: named(label, id), series: label || 'value', value, ...interval };
        points.set(name, [...(points.get(name) ?? []), point]);
      }
    }
  }
  const series = runs.map(({ label }) => label || 'value');
  const open = tellingMetrics(points);
  const figuresOf = (names: readonly string[]) =>
    names.map(
      (name) =>
        html`<figure>${intervalPlot(name, points.get(name)!, series)}<figcaption>${name}, with intervals. ${legend(series, runs)}</figcaption></figure>`,
    );
  const others = [...points.keys()].filter((name) => !open.includes(name));
  if (others.length === 0) return figuresOf(open);
  return [
    ...figuresOf(open),
    html`<details><summary>Intervals of ${others.join(', ')}</summary>${figuresOf(others)}</details>`,
  ];
}

/** The first that are not the same, value by value, as one before: accuracy, and not its twin the micro-averaged recall. */
function tellingMetrics(points: ReadonlyMap<string, readonly IntervalPoint[]>): string[] {
  const texts = [...points.values()].map((own) => JSON.stringify(own));
  return [...points.keys()].filter((_, index) => texts.indexOf(texts[index]!) === index).slice(0, openPlots);
}
