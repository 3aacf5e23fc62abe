/** Which labels are taken for which, as pictures. */
import { type Html, html } from './html.js';
import { confusionPlot } from './plots.js';
import type { Confusion, ReportRun } from './report-data.js';
import { named, scrolled } from './sections.js';

/** More would be too small to read. */
const mostLabels = 30;

export function confusionSection(runs: readonly ReportRun[]): Html | undefined {
  const figures = runs.flatMap(({ label, confusions }) =>
    confusions
      .filter(({ labels }) => labels.length <= mostLabels)
      .map((confusion) => {
        const name = named(label, confusion.node);
        return html`<div><figure>${confusionPlot(name, confusion)}<figcaption>${name}</figcaption></figure>${asTable(name, confusion)}</div>`;
      }),
  );
  if (figures.length === 0) return undefined;
  return html`<section aria-labelledby="confusion"><h2 id="confusion">Confusion matrices</h2><p>Right labels down, given labels across; the stronger the colour, the larger the part of the right label.</p><div class="figures">${figures}</div></section>`;
}

function asTable(name: string, { labels, counts }: Confusion): Html {
  const head = html`<tr><th scope="col">right</th>${labels.map((label) => html`<th scope="col" class="number">${label}</th>`)}</tr>`;
  const rows = counts.map(
    (row, index) =>
      html`<tr><th scope="row">${labels[index]!}</th>${row.map((count) => html`<td class="number">${count}</td>`)}</tr>`,
  );
  return html`<details><summary>As a table</summary>${scrolled(html`<table><caption>${name}: right labels down, given across</caption><thead>${head}</thead><tbody>${rows}</tbody></table>`)}</details>`;
}
