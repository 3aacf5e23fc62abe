/** Reads what a report shows: records, events, and the beginnings of artifacts. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Digest } from '../../cache/digest.js';
import type { Store } from '../../cache/store.js';
import type { ArtifactType, Catalog } from '../../engine/kind.js';
import { type NodeRecord, type RunRecord, readRecords } from '../../engine/record.js';
import { openArtifact } from '../../engine/run-node.js';
import { confusionMatrix } from '../evaluate/classification/confusion-matrix.js';
import { sharedRowCounter } from './gather-leaks.js';
import { findLeaks } from './leaks.js';
import type { Confusion, CurvePoint, DatasetFacts, ReportRun, SampleRow, SampleSet } from './report-data.js';

/** Rows of each set of samples that a page may choose from. */
const keptSamples = 2000;

export interface Sources {
  readonly catalog: Catalog;
  readonly store: Store;
  readonly runsDirectory: string;
}

/** An artifact that the store has no longer is left out. */
export async function gatherRun(record: RunRecord, label: string, sources: Sources): Promise<ReportRun> {
  const curves = await readCurves(record, sources.runsDirectory);
  const samples: SampleSet[] = [];
  const datasets: DatasetFacts[] = [];
  const confusions: Confusion[] = [];
  for (const [node, facts] of Object.entries(record.nodes)) {
    for (const [port, path] of filesOf(facts, 'samples', sources)) {
      samples.push({ node, port, ...(await readSamples(path)) });
    }
    for (const [port, path] of filesOf(facts, 'dataset', sources)) {
      datasets.push({ node, port, rows: await countLines(path), bytes: (await stat(path)).size });
      const confusion = facts.uses === 'evaluate.classification' ? await readConfusion(path) : undefined;
      if (confusion) confusions.push({ node, ...confusion });
    }
  }
  const pathOf = (output: string) => {
    const dot = output.lastIndexOf('.');
    const facts = record.nodes[output.slice(0, dot)];
    return facts && filesOf(facts, 'dataset', sources).find(([port]) => port === output.slice(dot + 1))?.[1];
  };
  const leaks = await findLeaks(record, sharedRowCounter(pathOf));
  return { label, record, curves, samples, datasets, confusions, leaks };
}

/** Port → path of the outputs of a type. */
function filesOf({ uses, outputs = {} }: NodeRecord, type: ArtifactType, { catalog, store }: Sources) {
  const ports = catalog.kinds.get(uses)?.outputs ?? {};
  return Object.entries(outputs).flatMap(([port, digest]): [string, string][] =>
    ports[port]?.type === type && store.hasSync(digest as Digest)
      ? [[port, openArtifact(type, digest as Digest, store).path()]]
      : [],
  );
}

async function readSamples(path: string): Promise<{ rows: SampleRow[]; count: number }> {
  const rows: SampleRow[] = [];
  let count = 0;
  for await (const line of linesOf(path)) {
    if (line.trim() === '') continue;
    if (count++ < keptSamples) rows.push(JSON.parse(line) as SampleRow);
  }
  return { rows, count };
}

/** From predictions; `undefined` where several labels may hold, or the right ones are not known. */
async function readConfusion(path: string): Promise<Omit<Confusion, 'node'> | undefined> {
  let labels: string[] = [];
  const [truth, predicted]: [number[], number[]] = [[], []];
  for await (const line of linesOf(path)) {
    if (line.trim() === '') continue;
    const { label, predicted: given, probabilities } = JSON.parse(line) as SampleRow;
    if (typeof probabilities !== 'object' || probabilities === null) return undefined;
    if (labels.length === 0) labels = Object.keys(probabilities);
    const [right, found] = [label, given].map((each) => labels.indexOf(String(each)));
    if (right! < 0 || found! < 0) return undefined;
    truth.push(right!);
    predicted.push(found!);
  }
  return truth.length === 0 ? undefined : { labels, counts: confusionMatrix(truth, predicted, labels.length) };
}

async function countLines(path: string): Promise<number> {
  let count = 0;
  for await (const chunk of createReadStream(path)) for (const byte of chunk as Buffer) if (byte === 10) count++;
  return count;
}

/** A node that came from the store left its curve in the record of the run that executed it. */
async function readCurves(record: RunRecord, runsDirectory: string): Promise<Map<string, readonly CurvePoint[]>> {
  const wanted = new Map(
    Object.entries(record.nodes).flatMap(([id, { key }]): [string, string][] => (key ? [[key, id]] : [])),
  );
  const curves = new Map<string, readonly CurvePoint[]>();
  for (const earlier of [record, ...readRecords(runsDirectory)]) {
    const here = new Map(
      Object.entries(earlier.nodes).flatMap(([id, { key, status }]): [string, string][] =>
        key && wanted.has(key) && status === 'executed' ? [[id, key]] : [],
      ),
    );
    if (here.size === 0) continue;
    for (const [id, points] of await readLogs(join(runsDirectory, earlier.run, 'events.ndjson'), here)) {
      curves.set(wanted.get(here.get(id)!)!, points);
    }
    for (const key of here.values()) wanted.delete(key);
    if (wanted.size === 0) break;
  }
  return curves;
}

async function readLogs(path: string, nodes: ReadonlyMap<string, string>): Promise<Map<string, CurvePoint[]>> {
  const curves = new Map<string, CurvePoint[]>();
  try {
    for await (const line of linesOf(path)) {
      if (!line.includes('"node.log"')) continue;
      const { event, node, step, values } = JSON.parse(line);
      if (event !== 'node.log' || !nodes.has(node)) continue;
      curves.set(node, [...(curves.get(node) ?? []), { step, values }]);
    }
  } catch {
    // A record without events, or with a line that was cut off, has only the curves up to there.
  }
  return curves;
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
}
