/** Metrics over seeds: of runs that differ in nothing else, and of the instances of a matrix over `seed`. */
import type { NodeRecord } from '../../engine/record.js';
import { metricNames } from '../report/metric-names.js';
import { seedCells, seedColumns } from '../report/seeds-table.js';
import { overSeeds } from '../statistics/over-seeds.js';
import { type Html, html } from './html.js';
import type { ReportRun } from './report-data.js';
import { scrolled } from './sections.js';

const options = { resamples: 2000, confidence: 0.95, seed: 0 };

export function seedsSection(runs: readonly ReportRun[]): Html | undefined {
  const rows = [...metricsOverSeeds(runs)].flatMap(([id, metrics]) =>
    [...metrics].map(
      ([name, values], index) =>
        html`<tr><th scope="row">${index === 0 ? id : html`<span class="hidden">${id}</span>`}</th><td>${name}</td>${seedCells(overSeeds(values, options)).map((cell) => html`<td class="number">${cell}</td>`)}</tr>`,
    ),
  );
  if (rows.length === 0) return undefined;
  const head = html`<thead><tr><th scope="col">node</th><th scope="col">metric</th>${seedColumns.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>`;
  return html`<section aria-labelledby="seeds"><h2 id="seeds">Over seeds</h2><p>IQM: interquartile mean, in brackets its interval by a bootstrap over seeds, which is too narrow where they are few.</p>${scrolled(html`<table><caption>Metrics over seeds</caption>${head}<tbody>${rows}</tbody></table>`)}</section>`;
}

/** Node without its seed → metric → its value under each seed, where there are two or more. */
export function metricsOverSeeds(runs: readonly ReportRun[]): Map<string, Map<string, number[]>> {
  const pooled = differOnlyInSeed(runs) ? [runs] : runs.map((run) => [run]);
  const found = new Map<string, Map<string, number[]>>();
  // What does not depend on the seed is one result, however many runs have taken it from the store.
  const seen = new Set<string>();
  for (const [place, group] of pooled.entries()) {
    for (const { record } of group) {
      for (const [id, node] of Object.entries(record.nodes)) {
        const name = withoutSeed(id, node);
        if (group.length === 1 && name === id) continue;
        if (node.key !== undefined && seen.has(`${name} ${node.key}`)) continue;
        seen.add(`${name} ${node.key}`);
        const key = group.length === 1 && runs[place]!.label !== '' ? `${runs[place]!.label} · ${name}` : name;
        const metrics = found.get(key) ?? new Map<string, number[]>();
        found.set(key, metrics);
        for (const metric of metricNames(node.metrics ?? {})) {
          metrics.set(metric, [...(metrics.get(metric) ?? []), node.metrics![metric]!]);
        }
      }
    }
  }
  for (const metrics of found.values()) {
    for (const [metric, values] of metrics) if (values.length < 2) metrics.delete(metric);
  }
  return found;
}

/** `sft[lr=0.1,seed=7]` → `sft[lr=0.1]` */
function withoutSeed(id: string, { matrix = {} }: NodeRecord): string {
  if (!('seed' in matrix)) return id;
  return id
    .replace(/\bseed=[^,\]]*,?\s*/g, '')
    .replace(/,?\s*\]/g, ']')
    .replace(/\[\]/g, '');
}

/** Whether the runs are of one pipeline with the same options, but for what is called a seed. */
export function differOnlyInSeed(runs: readonly ReportRun[]): boolean {
  if (runs.length < 2) return false;
  const told = runs.map(({ record }) =>
    JSON.stringify(
      [
        record.pipeline.name,
        Object.entries(record.nodes).map(([id, { uses, components }]) => [
          id,
          uses,
          components?.config,
          components?.sources,
        ]),
      ],
      (key, value) => (/(^|_)seed$/.test(key) ? undefined : typeof value === 'bigint' ? String(value) : value),
    ),
  );
  const seeds = new Set(runs.map(({ record }) => record.experiment));
  return new Set(told).size === 1 && seeds.size > 1;
}
