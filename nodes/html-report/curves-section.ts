/** Training curves: the loss of all runs in one plot a node, and the other readings below. */
import { formatNumber } from '../../engine/report/format.js';
import { colorOf } from '../report/svg-plot.js';
import { Html, html } from './html.js';
import { type LinePoint, linePlot } from './plots.js';
import type { ReportRun } from './report-data.js';
import { scrolled } from './sections.js';

/** Rows of the table that stands for a plot. */
const tableRows = 25;

export function curvesSection(runs: readonly ReportRun[]): Html | undefined {
  const nodes = [...new Set(runs.flatMap(({ curves }) => [...curves.keys()]))];
  const plots = nodes.flatMap((node) => nodePlots(node, runs));
  if (plots.length === 0) return undefined;
  return html`<section aria-labelledby="curves"><h2 id="curves">Training</h2>${plots}</section>`;
}

function nodePlots(node: string, runs: readonly ReportRun[]): Html[] {
  const series = runs.map(({ label }) => label || node);
  const points = runs.flatMap((run, index) =>
    (run.curves.get(node) ?? []).flatMap(({ step, values }) =>
      Object.entries(values).map(([reading, value]) => ({ reading, series: series[index]!, step, value })),
    ),
  );
  const finite = points.filter(({ value }) => Number.isFinite(value));
  if (finite.length === 0) return [];
  const of = (reading: string): LinePoint[] => finite.filter((point) => point.reading === reading);
  const others = [...new Set(finite.map(({ reading }) => reading))].filter(
    (name) => name !== 'loss' && name !== 'eval_loss',
  );
  const main =
    of('loss').length + of('eval_loss').length > 0
      ? html`<figure>${linePlot('loss', of('loss'), of('eval_loss'), series)}<figcaption>Loss of ${node}; dots are evaluations. ${legend(series, runs)}</figcaption></figure>${tableOf(of('loss'), series)}`
      : undefined;
  const small = others.map(
    (reading) =>
      html`<figure>${linePlot(reading, of(reading), [], series)}<figcaption>${reading}</figcaption></figure>`,
  );
  return [
    html`<h3>${node}</h3>${main}${small.length > 0 ? html`<details><summary>Other readings: ${others.join(', ')}</summary>${small}</details>` : undefined}`,
  ];
}

export function legend(series: readonly string[], runs: readonly ReportRun[]): Html | undefined {
  if (runs.length < 2) return undefined;
  return html`<span class="legend">${series.map((name, index) => new Html(html`<span><i style="background:${colorOf(index)}"></i>${name}</span>`.text))}</span>`;
}

function tableOf(points: readonly LinePoint[], series: readonly string[]): Html | undefined {
  if (points.length === 0) return undefined;
  const steps = [...new Set(points.map(({ step }) => step))].sort((a, b) => a - b);
  const every = Math.ceil(steps.length / tableRows);
  const chosen = steps.filter((_, index) => index % every === 0 || index === steps.length - 1);
  const valueAt = new Map(points.map(({ series, step, value }) => [`${series}\n${step}`, value]));
  const rows = chosen.map(
    (step) =>
      html`<tr><th scope="row" class="number">${step}</th>${series.map((name) => {
        const value = valueAt.get(`${name}\n${step}`);
        return html`<td class="number">${value === undefined ? '' : formatNumber(value)}</td>`;
      })}</tr>`,
  );
  const head = html`<tr><th scope="col" class="number">step</th>${series.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr>`;
  return html`<details><summary>As a table</summary>${scrolled(html`<table><caption>Loss by step</caption><thead>${head}</thead><tbody>${rows}</tbody></table>`)}</details>`;
}
