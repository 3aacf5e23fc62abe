/** The plot of a frontier as SVG, by Observable Plot. Lines and words take the colour of the text around them. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { FrontierPoint } from './frontier-points.js';

/** Told apart by eyes that tell red from green badly, on light and on dark ground (Okabe & Ito 2008). */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** Seen by itself, a file takes the colours of the reader's system. Within a page it takes the page's. */
const standalone = ':root:is(svg) { color-scheme: light dark; color: CanvasText; background: Canvas; }';

export interface PlotLabels {
  readonly x: string;
  readonly y: string;
}

/** Dots with their intervals, those of a series joined; the names of the best are set in bold. */
export function frontierPlot(points: readonly FrontierPoint[], labels: PlotLabels): string {
  const { document } = parseHTML('<html><body></body></html>');
  const series = [...new Set(points.map((point) => point.series))];
  const dots = [...points]
    .sort((a, b) => a.cost.value - b.cost.value)
    .map(({ label, series, cost, gain, isBest }) => ({
      ...{ label, series, isBest, x: cost.value, y: gain.value },
      ...{ x1: cost.interval?.low, x2: cost.interval?.high, y1: gain.interval?.low, y2: gain.interval?.high },
    }));
  const text = { x: 'x', y: 'y', text: 'label', dx: 7, dy: -7, textAnchor: 'start', fill: 'currentColor' } as const;
  const svg = Plot.plot({
    ...{ document, width: 720, height: 440, marginRight: 110, marginLeft: 60 },
    ariaLabel: `${labels.y} against ${labels.x}`,
    x: { label: labels.x, grid: true, nice: true },
    y: { label: labels.y, grid: true, nice: true },
    color: { domain: series, range: series.map((_, index) => colors[index % colors.length]!), legend: false },
    marks: [
      Plot.ruleY(
        dots.filter(({ x1 }) => x1 !== undefined),
        { x1: 'x1', x2: 'x2', y: 'y', stroke: 'series', strokeOpacity: 0.5 },
      ),
      Plot.ruleX(
        dots.filter(({ y1 }) => y1 !== undefined),
        { y1: 'y1', y2: 'y2', x: 'x', stroke: 'series', strokeOpacity: 0.5 },
      ),
      Plot.line(dots, { x: 'x', y: 'y', z: 'series', stroke: 'series', strokeDasharray: '3,3' }),
      Plot.dot(dots, { x: 'x', y: 'y', fill: 'series', r: 4.5 }),
      Plot.text(
        dots.filter(({ isBest }) => isBest),
        { ...text, fontWeight: 'bold' },
      ),
      Plot.text(
        dots.filter(({ isBest }) => !isBest),
        text,
      ),
    ],
  } as Plot.PlotOptions);
  svg.setAttribute('role', 'img');
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML.replace('<style>', `<style>${standalone}`)}\n`;
}
