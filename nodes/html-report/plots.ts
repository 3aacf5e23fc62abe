/** The plots of a page. */
import * as Plot from '@observablehq/plot';
import { colorOf, colorScale, drawPlot } from '../report/svg-plot.js';
import { Html } from './html.js';
import type { Confusion } from './report-data.js';

export interface LinePoint {
  readonly series: string;
  readonly step: number;
  readonly value: number;
}

/** Lines over steps; `dots` are marked one by one. */
export function linePlot(
  name: string,
  lines: readonly LinePoint[],
  dots: readonly LinePoint[],
  series: readonly string[],
): Html {
  const channels = { x: 'step', y: 'value', stroke: 'series' } as const;
  return draw(`${name} over steps`, {
    height: 260,
    x: { label: 'step' },
    y: { label: name, grid: true, nice: true },
    color: colorScale(series),
    marks: [
      Plot.lineY(lines, { ...channels, strokeWidth: 1.5 }),
      Plot.dot(dots, { ...channels, fill: 'series', r: 3 }),
    ],
  });
}

export interface IntervalPoint {
  readonly label: string;
  readonly series: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Values with their intervals, one a line. */
export function intervalPlot(name: string, points: readonly IntervalPoint[], series: readonly string[]): Html {
  const longest = Math.max(...points.map(({ label }) => label.length));
  return draw(`${name} with intervals`, {
    height: 50 + 26 * points.length,
    marginLeft: Math.min(260, 16 + 7 * longest),
    x: { label: name, grid: true, nice: true },
    y: { label: null, domain: points.map(({ label }) => label) },
    color: colorScale(series),
    marks: [
      Plot.ruleY(points, { y: 'label', x1: 'low', x2: 'high', stroke: 'series', strokeWidth: 3, strokeOpacity: 0.5 }),
      Plot.dot(points, { y: 'label', x: 'value', fill: 'series', r: 4.5 }),
    ],
  });
}

/** Counts in cells; the part that a cell is of its row darkens it. */
export function confusionPlot(name: string, { labels, counts }: Omit<Confusion, 'node'>): Html {
  const cells = counts.flatMap((row, right) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, given) => ({
      ...{ right: labels[right]!, given: labels[given]!, count },
      // Half way to full colour, so that words can be read on it by day and by night.
      strength: total === 0 ? 0 : 0.55 * (count / total),
    }));
  });
  const longest = Math.max(...labels.map((label) => label.length));
  const size = Math.max(34, Math.min(72, 420 / labels.length));
  const margin = Math.min(220, 16 + 7 * longest);
  const channels = { x: 'given', y: 'right' } as const;
  return draw(`Confusion matrix of ${name}`, {
    ...{ width: margin + size * labels.length + 20, height: 44 + size * labels.length + (longest > 8 ? 60 : 0) },
    ...{ marginLeft: margin, marginTop: longest > 8 ? 90 : 34, marginBottom: 6 },
    x: { axis: 'top', label: null, domain: labels, ...(longest > 8 ? { tickRotate: -45 } : {}) },
    y: { label: null, domain: labels },
    marks: [
      Plot.cell(cells, { ...channels, fill: colorOf(0), fillOpacity: 'strength', inset: 1 }),
      Plot.text(cells, { ...channels, text: 'count', fill: 'currentColor' }),
    ],
    opacity: { type: 'identity' },
  });
}

function draw(description: string, options: Plot.PlotOptions): Html {
  return new Html(drawPlot(description, { width: 680, ...options }).outerHTML);
}
