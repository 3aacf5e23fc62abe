/** The parts of a report, each a pure function of what it shows. An empty part gives `undefined`. */
import { formatBytes, formatDuration, formatNumber } from '../../engine/report/format.js';
import { graphView } from './graph-view.js';
import { Html, html } from './html.js';
import type { ReportRun } from './report-data.js';

type Runs = readonly ReportRun[];

export function summarySection(runs: Runs): Html {
  const facts = (run: ReportRun): [string, string][] => {
    const { record } = run;
    const devices = new Set(Object.values(record.nodes).flatMap(({ environment }) => environment?.device ?? []));
    return [
      ['Pipeline', `${record.pipeline.name} (${record.pipeline.file})`],
      ['Status', record.status],
      ['Started', record.started.replace('T', ' ').slice(0, 16)],
      ['Took', record.duration_ms === undefined ? '' : formatDuration(record.duration_ms)],
      ['Device', [...devices].join(', ')],
      [
        'Parameters',
        Object.entries(record.params)
          .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
          .join(', '),
      ],
    ];
  };
  const columns = runs.map(facts);
  const rows = columns[0]!.map(([name], index) => [name, ...columns.map((column) => column[index]![1])]);
  return html`<section aria-labelledby="summary"><h2 id="summary">Summary</h2>${factTable('The runs', runs, rows)}${failures(runs)}${leaks(runs)}</section>`;
}

function failures(runs: Runs): Html[] {
  return runs.flatMap(({ label, record }) =>
    Object.entries(record.nodes).flatMap(([id, { failure }]) =>
      failure
        ? [
            html`<p class="failure"><strong>${named(label, id)} failed</strong> (${failure.code}): ${failure.message} ${failure.hint ?? ''}</p>`,
          ]
        : [],
    ),
  );
}

function leaks(runs: Runs): Html[] {
  return runs.flatMap(({ label, leaks }) =>
    leaks.map(
      ({ code, message }) =>
        html`<p class="warning"><strong>${label ? `Warning, run ${label}` : 'Warning'}</strong> (${code}): ${message}</p>`,
    ),
  );
}

export function graphSection(runs: Runs): Html | undefined {
  if (runs.every(({ record }) => Object.keys(record.nodes).length === 0)) return undefined;
  const graphs = runs.map(({ label, record }) => {
    const rows = Object.entries(record.nodes).map(
      ([id, { uses, status, duration_ms, inputs = {} }]) =>
        html`<tr><th scope="row">${id}</th><td>${uses}</td><td><span class="state ${status}">${status}</span></td><td class="number">${formatDuration(duration_ms)}</td><td>${Object.values(inputs).flat().join(', ')}</td></tr>`,
    );
    return html`${label ? html`<h3>Run ${label}</h3>` : undefined}<div class="scroll" tabindex="0" role="region" aria-label="Graph">${graphView(record.nodes)}</div>
<details><summary>As a table</summary>${scrolled(html`<table><caption>Nodes; a time is that of the run that executed it</caption><thead><tr><th scope="col">node</th><th scope="col">kind</th><th scope="col">state</th><th scope="col" class="number">time</th><th scope="col">inputs</th></tr></thead><tbody>${rows}</tbody></table>`)}</details>`;
  });
  return html`<section aria-labelledby="graph"><h2 id="graph">Graph</h2>${graphs}</section>`;
}

export function parameterSection(runs: Runs): Html | undefined {
  const ids = [...new Set(runs.flatMap(({ record }) => Object.keys(record.nodes)))];
  if (ids.length === 0) return undefined;
  const nodes = ids.map((id) => {
    const configs = runs.map(
      ({ record }) => record.nodes[id]?.components?.config as Record<string, unknown> | undefined,
    );
    const options = [...new Set(configs.flatMap((config) => Object.keys(config ?? {})))];
    if (options.length === 0) return undefined;
    const rows = options.map((option) => [option, ...configs.map((config) => shown(config?.[option]))]);
    const differs = rows.some(([, first, ...others]) => others.some((value) => value !== first));
    return html`<details ${differs ? new Html('open') : undefined}><summary>${id}${differs ? ' (differs)' : ''}</summary>${factTable(id, runs, rows)}</details>`;
  });
  return html`<section aria-labelledby="parameters"><h2 id="parameters">Parameters of the nodes</h2>${nodes.filter((node) => node !== undefined)}</section>`;
}

export function dataSection(runs: Runs): Html | undefined {
  const rows = runs.flatMap(({ label, record, datasets }) =>
    datasets.map(({ node, port, rows, bytes }) => {
      const counts = Object.entries(record.nodes[node]?.counts ?? {});
      const dropped = counts.map(([reason, count]) => `${count} ${reason}`).join(', ');
      return html`<tr><th scope="row">${named(label, `${node}.${port}`)}</th><td class="number">${rows.toLocaleString('en')}</td><td class="number">${formatBytes(bytes)}</td><td>${dropped}</td></tr>`;
    }),
  );
  const others = runs.flatMap(({ label, record, datasets }) =>
    Object.entries(record.nodes).flatMap(([id, { counts = {} }]) =>
      datasets.some(({ node }) => node === id)
        ? []
        : Object.entries(counts).map(([reason, count]) => html`<li>${named(label, id)}: ${count} ${reason}</li>`),
    ),
  );
  if (rows.length + others.length === 0) return undefined;
  return html`<section aria-labelledby="data"><h2 id="data">Data</h2>${scrolled(html`<table><caption>Datasets, and what was dropped or cut</caption><thead><tr><th scope="col">dataset</th><th scope="col" class="number">rows</th><th scope="col" class="number">size</th><th scope="col">counted</th></tr></thead><tbody>${rows}</tbody></table>`)}${others.length > 0 ? html`<h3>Counted elsewhere</h3><ul>${others}</ul>` : undefined}</section>`;
}

export function displaySection(runs: Runs): Html | undefined {
  const displays = runs.flatMap(({ label, record }) =>
    Object.entries(record.nodes).flatMap(([id, { displays = [] }]) =>
      displays.map(
        ({ title, text }) =>
          html`<details><summary>${named(label, id)}: ${title}</summary><pre tabindex="0">${text}</pre></details>`,
      ),
    ),
  );
  if (displays.length === 0) return undefined;
  return html`<section aria-labelledby="shown"><h2 id="shown">What the nodes show</h2>${displays}</section>`;
}

export function reproduceSection(runs: Runs): Html {
  const boxes = runs.map(({ label, record }) => {
    const { git } = record;
    const rows = [
      ['experiment', record.experiment],
      ['run', record.run],
      [
        'commit',
        git
          ? `${git.commit}${git.branch ? ` (${git.branch})` : ''}${git.dirty ? ', with changes that the store keeps' : ''}`
          : 'not under git',
      ],
      [
        'versions',
        Object.entries(record.versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(', '),
      ],
    ];
    return html`<div class="box">${label ? html`<h3>Run ${label}</h3>` : undefined}<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl><p>To execute it again and compare every byte:</p><pre tabindex="0"><code>lapidary reproduce ${record.experiment.slice(0, 16)}</code></pre></div>`;
  });
  return html`<section aria-labelledby="reproduce"><h2 id="reproduce">Reproduce</h2>${boxes}</section>`;
}

/** A table with a column for each run. */
function factTable(caption: string, runs: Runs, rows: readonly (readonly string[])[]): Html {
  const head =
    runs.length > 1
      ? html`<thead><tr><td></td>${runs.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr></thead>`
      : undefined;
  const body = rows.map(
    ([name, ...values]) => html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td>${value}</td>`)}</tr>`,
  );
  return scrolled(
    html`<table class="facts"><caption class="hidden">${caption}</caption>${head}<tbody>${body}</tbody></table>`,
  );
}

/** A wide table moves under the finger, and by the keyboard. */
export function scrolled(table: Html): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table">${table}</div>`;
}

export function named(label: string, name: string): string {
  return label === '' ? name : `${label} · ${name}`;
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
