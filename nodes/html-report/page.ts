/** A report as one HTML page that needs nothing else. */
import { confusionSection } from './confusion-section.js';
import { curvesSection } from './curves-section.js';
import { Html, html } from './html.js';
import { metricsSection } from './metrics-section.js';
import type { ReportRun } from './report-data.js';
import { samplesSection } from './samples-section.js';
import {
  dataSection,
  displaySection,
  graphSection,
  parameterSection,
  reproduceSection,
  summarySection,
} from './sections.js';
import { seedsSection } from './seeds-section.js';
import { style } from './style.js';

/** `runs` has one or more; the first is what others are compared with. */
export function reportPage(runs: readonly ReportRun[]): string {
  const names = [...new Set(runs.map(({ record }) => record.pipeline.name))].join(', ');
  const title = runs.length === 1 ? `${names}: report of a run` : `${names}: ${runs.length} runs compared`;
  const parts: readonly (readonly [string, string, Html | undefined])[] = [
    ['summary', 'Summary', summarySection(runs)],
    ['metrics', 'Metrics', metricsSection(runs)],
    ['seeds', 'Seeds', seedsSection(runs)],
    ['confusion', 'Confusion', confusionSection(runs)],
    ['samples', 'Samples', samplesSection(runs)],
    ['curves', 'Training', curvesSection(runs)],
    ['graph', 'Graph', graphSection(runs)],
    ['data', 'Data', dataSection(runs)],
    ['shown', 'Displays', displaySection(runs)],
    ['parameters', 'Parameters', parameterSection(runs)],
    ['reproduce', 'Reproduce', reproduceSection(runs)],
  ];
  const there = parts.filter(([, , part]) => part !== undefined);
  const links = there.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header><h1>${title}</h1><nav aria-label="Parts of the report"><ul>${links}</ul></nav></header>
<main id="content">${there.map(([, , part]) => part!)}</main>
</body>
</html>
`;
  return page.text;
}
