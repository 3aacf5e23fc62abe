/** Plots as SVG, by Observable Plot. Lines and words take the page's colour, so they are seen by day and by night. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { Html } from './html.js';

/** Seen apart by eyes that tell red from green badly, and in light and dark alike (Okabe & Ito 2008). */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

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
    color: scaleOf(series),
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
    color: scaleOf(series),
    marks: [
      Plot.ruleY(points, { y: 'label', x1: 'low', x2: 'high', stroke: 'series', strokeWidth: 3, strokeOpacity: 0.5 }),
      Plot.dot(points, { y: 'label', x: 'value', fill: 'series', r: 4.5 }),
    ],
  });
}

function scaleOf(series: readonly string[]): Plot.ScaleOptions {
  return { domain: [...series], range: series.map((_, index) => colors[index % colors.length]!), legend: false };
}

function draw(description: string, options: Plot.PlotOptions): Html {
  const { document } = parseHTML('<html><body></body></html>');
  const svg = Plot.plot({ width: 680, ariaLabel: description, document, ...options } as Plot.PlotOptions);
  svg.setAttribute('role', 'img');
  return new Html(svg.outerHTML);
}

/** The colour of a series, for a legend. */
export function colorOf(index: number): string {
  return colors[index % colors.length]!;
}
