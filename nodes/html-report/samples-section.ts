/** What models answered to the same prompts, side by side. */
import { type Html, html } from './html.js';
import type { ReportRun, SampleRow, SampleSet } from './report-data.js';
import { named, scrolled } from './sections.js';
import { diffWords } from './word-diff.js';

const shownRows = 12;

interface Column {
  readonly title: string;
  readonly set: SampleSet;
}

export function samplesSection(runs: readonly ReportRun[]): Html | undefined {
  const columns = runs.flatMap(({ label, samples }) =>
    samples
      .filter(({ rows }) => rows.some(({ response }) => typeof response === 'string'))
      .map((set) => ({ title: named(label, set.node), set })),
  );
  if (columns.length === 0) return undefined;
  const tables = groupByPrompts(columns).map(groupTable);
  return html`<section aria-labelledby="samples"><h2 id="samples">Samples</h2><p>Words that a response has and its reference, or else the first column, has not are <mark>marked</mark>.</p>${tables}</section>`;
}

/** Sets of samples that answer the same prompts stand in one table. */
function groupByPrompts(columns: readonly Column[]): Column[][] {
  const groups = new Map<string, Column[]>();
  for (const column of columns) {
    const { rows, count } = column.set;
    const key = JSON.stringify([count, rows.slice(0, 50).map(({ prompt, reference }) => [prompt, reference])]);
    groups.set(key, [...(groups.get(key) ?? []), column]);
  }
  return [...groups.values()];
}

function groupTable(columns: readonly Column[]): Html {
  const first = columns[0]!.set;
  const hasReference = first.rows.some(({ reference }) => reference !== undefined);
  const indices = chooseRows(columns);
  const head = html`<tr><th scope="col">prompt</th>${hasReference ? html`<th scope="col">reference</th>` : undefined}${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr>`;
  const rows = indices.map((index) => {
    const { prompt, reference } = first.rows[index]!;
    const against = typeof reference === 'string' ? reference : undefined;
    const cells = columns.map(({ set }, column) => {
      const row = set.rows[index] ?? {};
      const other = against ?? (column === 0 ? undefined : textOf(first.rows[index]!.response));
      return html`<td>${marked(textOf(row.response), other)}${scoresOf(row)}</td>`;
    });
    return html`<tr><th scope="row">${textOf(prompt)}</th>${hasReference ? html`<td>${textOf(reference)}</td>` : undefined}${cells}</tr>`;
  });
  return scrolled(
    html`<table class="samples"><caption>${indices.length} of ${first.count}${columns.length > 1 ? ', those first that differ' : ''}</caption><thead>${head}</thead><tbody>${rows}</tbody></table>`,
  );
}

/** Rows on which the columns differ tell more than rows on which they agree. */
function chooseRows(columns: readonly Column[]): number[] {
  const all = columns[0]!.set.rows.map((_, index) => index);
  const differs = (index: number) => new Set(columns.map(({ set }) => textOf(set.rows[index]?.response))).size > 1;
  return [...all.filter(differs), ...all.filter((index) => !differs(index))].slice(0, shownRows).sort((a, b) => a - b);
}

function marked(text: string, other: string | undefined): Html {
  if (other === undefined) return html`${text}`;
  return html`${diffWords(text, other).map(({ text: piece, differs }) => (differs ? html`<mark>${piece}</mark>` : html`${piece}`))}`;
}

/** The numbers that a row has beside its texts. */
function scoresOf(row: SampleRow): Html | undefined {
  const scores = Object.entries(row).filter(([, value]) => typeof value === 'number');
  if (scores.length === 0) return undefined;
  return html`<small>${scores.map(([name, value]) => `${name} ${Number((value as number).toPrecision(3))}`).join(', ')}</small>`;
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}
