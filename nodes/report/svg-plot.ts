/** Plots as SVG, by Observable Plot. Lines and words take the colour of the text around them, so they are seen by day and by night. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** Told apart by eyes that tell red from green badly, on light and on dark ground (Okabe & Ito 2008); then two duller ones. */
export const palette = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8c6d4f',
  '#7f7f7f',
] as const;

/** The colour of the series that stands at `index`; beyond the palette they come again. */
export function colorOf(index: number): string {
  return palette[index % palette.length]!;
}

/** One colour for each series, in their order; without a legend. */
export function colorScale(series: readonly string[]): Plot.ScaleOptions {
  return { domain: [...series], range: series.map((_, index) => colorOf(index)), legend: false };
}

/** The plot as an `svg` element with a description for those who do not see it. */
export function drawPlot(description: string, options: Plot.PlotOptions): SVGSVGElement | HTMLElement {
  const { document } = parseHTML('<html><body></body></html>');
  const svg = Plot.plot({ ariaLabel: description, document, ...options } as Plot.PlotOptions);
  svg.setAttribute('role', 'img');
  return svg;
}
