/** What the record of a run tells of a model that was made in it. Pure. */

import { parameterText } from '../../engine/query-runs.js';
import type { NodeRecord, RunRecord } from '../../engine/record.js';
import { formatDuration } from '../../engine/report/format.js';
import type { Json } from '../../engine/spec.js';
import { metricNames } from '../report/metric-names.js';
import { formatNumber } from '../report/table.js';
import type { CardFacts, CardMetadata, CardResult, CardSection } from './card.js';

type Nodes = RunRecord['nodes'];

/** The nodes that made a model and have it still: those that were executed, or taken from the store. */
export function modelNodes({ nodes }: RunRecord): string[] {
  return Object.entries(nodes).flatMap(([id, { outputs }]) => (outputs?.model === undefined ? [] : [id]));
}

/** `id` is one of `modelNodes`. */
export function factsOf(
  record: RunRecord,
  id: string,
  written: Partial<Pick<CardMetadata, 'license' | 'language'>> & { readonly name?: string; readonly summary?: string },
): CardFacts {
  const { nodes } = record;
  const made = [...before(id, nodes, ['model']), id].filter((each) => nodes[each]!.outputs?.model !== undefined);
  const trainers = made.filter((each) => nodes[each]!.uses.startsWith('train.'));
  const files = (of: readonly string[]) =>
    of.flatMap((each) => nodes[each]?.components?.sources ?? []).map(({ name }) => name);
  const data = trainers.flatMap((trainer) => before(trainer, nodes, ['dataset', 'validation']));
  const hub = (names: readonly string[], form: RegExp) => [
    ...new Set(names.flatMap((name) => form.exec(name)?.[1] ?? [])),
  ];
  const isClassifier = trainers.some((trainer) => nodes[trainer]!.uses === 'train.classifier');
  return {
    name: written.name ?? `${record.pipeline.name}: ${id}`,
    summary: written.summary ?? '',
    metadata: {
      license: written.license,
      language: written.language ?? [],
      base_model: hub(files(made), /^hf:(?!datasets\/)([^/@]+\/[^/@]+)/),
      datasets: hub(files(data), /^hf:datasets\/([^/@]+\/[^/@]+)/),
      tags: ['lapidary', ...new Set(trainers.map((trainer) => nodes[trainer]!.uses.replace(/^train\./, '')))],
      pipeline_tag: isClassifier ? 'text-classification' : 'text-generation',
    },
    results: resultsOf(id, nodes),
    sections: [
      ...trainers.map((trainer) => trainingSection(trainer, nodes[trainer]!)),
      dataSection(trainers, nodes, files),
      { title: 'Versions', facts: Object.entries(record.versions) },
    ],
    reproduce: {
      experiment: record.experiment,
      pipeline: record.pipeline.file,
      commit: record.git === undefined ? undefined : `${record.git.commit}${record.git.dirty ? ', with changes' : ''}`,
    },
  };
}

/** Kinds that look into what others have measured. */
const lookInto: ReadonlySet<string> = new Set(['evaluate.errors', 'evaluate.compare']);

/** Evaluations of this very model, or of what it answered. */
function resultsOf(id: string, nodes: Nodes): CardResult[] {
  return Object.entries(nodes).flatMap(([name, node]) => {
    const isMeasure = node.uses.startsWith('evaluate.') && !lookInto.has(node.uses);
    if (!isMeasure || metricNames(node.metrics ?? {}).length === 0) return [];
    const tested = modelsBehind(name, nodes);
    if (tested.length !== 1 || tested[0] !== id) return [];
    return [{ name, dataset: testedData(name, nodes) ?? name, metrics: node.metrics! }];
  });
}

/** The nodes whose models an evaluation is about: wired to it, or to what made its samples. */
function modelsBehind(id: string, nodes: Nodes): string[] {
  const { inputs = {} } = nodes[id] ?? {};
  if (inputs.model) return inputs.model.map(nodeOf);
  return [...new Set((inputs.samples ?? []).flatMap((output) => modelsBehind(nodeOf(output), nodes)))];
}

function testedData(id: string, nodes: Nodes): string | undefined {
  const { inputs = {}, components } = nodes[id] ?? {};
  if (inputs.dataset) return inputs.dataset.join(', ');
  // Of a task of lm-evaluation-harness, its file.
  const { task } = (components?.config ?? {}) as { readonly task?: unknown };
  if (typeof task === 'string') return task;
  return (inputs.samples ?? []).map((output) => testedData(nodeOf(output), nodes)).find((name) => name !== undefined);
}

/** All options that have a value, then what came of it. */
function trainingSection(
  id: string,
  { uses, components, metrics = {}, environment = {}, duration_ms }: NodeRecord,
): CardSection {
  const config = Object.entries((components?.config ?? {}) as Readonly<Record<string, unknown>>);
  return {
    title: `Training: ${id} (${uses})`,
    facts: [
      ...config.flatMap(([name, value]) =>
        value === null
          ? []
          : [[name, typeof value === 'number' ? formatNumber(value) : parameterText(value as Json)] as const],
      ),
      ...metricNames(metrics).map((name) => [name, formatNumber(metrics[name]!)] as const),
      ...Object.entries(environment),
      ['took', formatDuration(duration_ms)],
    ],
  };
}

function dataSection(
  trainers: readonly string[],
  nodes: Nodes,
  files: (of: readonly string[]) => string[],
): CardSection {
  const wired = trainers.flatMap((trainer) =>
    ['dataset', 'validation'].flatMap((port) => {
      const outputs = nodes[trainer]!.inputs?.[port] ?? [];
      if (outputs.length === 0) return [];
      const sources = [...new Set(files(before(trainer, nodes, [port])))];
      return [
        [
          `${trainer}: ${port}`,
          `${outputs.join(', ')}${sources.length > 0 ? ` from ${sources.join(', ')}` : ''}`,
        ] as const,
      ];
    }),
  );
  return { title: 'Data', facts: wired };
}

/** All nodes that lead to `ports` of a node, the farthest first; beyond those, by any port. */
function before(id: string, nodes: Nodes, ports: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string) => {
    if (found.has(name) || !nodes[name]) return;
    for (const output of Object.values(nodes[name]!.inputs ?? {}).flat()) visit(nodeOf(output));
    found.add(name);
  };
  for (const port of ports) for (const output of nodes[id]?.inputs?.[port] ?? []) visit(nodeOf(output));
  return [...found];
}

function nodeOf(output: string): string {
  return output.slice(0, output.lastIndexOf('.'));
}
