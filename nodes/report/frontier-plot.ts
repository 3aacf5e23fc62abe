/** The plot of a frontier, as a file of its own. */
import * as Plot from '@observablehq/plot';
import type { FrontierPoint } from './frontier-points.js';
import { colorScale, drawPlot } from './svg-plot.js';

/** Seen by itself, a file takes the colours of the reader's system. Within a page it takes the page's. */
const standalone = ':root:is(svg) { color-scheme: light dark; color: CanvasText; background: Canvas; }';

export interface PlotLabels {
  readonly x: string;
  readonly y: string;
}

/** Dots with their intervals, those of a series joined; the names of the best are set in bold. */
export function frontierPlot(points: readonly FrontierPoint[], labels: PlotLabels): string {
  const series = [...new Set(points.map((point) => point.series))];
  const dots = [...points]
    .sort((a, b) => a.cost.value - b.cost.value)
    .map(({ label, series, cost, gain, isBest }) => ({
      ...{ label, series, isBest, x: cost.value, y: gain.value },
      ...{ x1: cost.interval?.low, x2: cost.interval?.high, y1: gain.interval?.low, y2: gain.interval?.high },
    }));
  const text = { x: 'x', y: 'y', text: 'label', dx: 7, dy: -7, textAnchor: 'start', fill: 'currentColor' } as const;
  const svg = drawPlot(`${labels.y} against ${labels.x}`, {
    ...{ width: 720, height: 440, marginRight: 110, marginLeft: 60 },
    x: { label: labels.x, grid: true, nice: true },
    y: { label: labels.y, grid: true, nice: true },
    color: colorScale(series),
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
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML.replace('<style>', `<style>${standalone}`)}\n`;
}
