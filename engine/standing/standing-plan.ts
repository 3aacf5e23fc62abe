/**
 * A plan that stands: remembered after a run that had a result for every node, with what it was made of. While that
 * holds and the store has the results, the pipeline is planned in the time of reading one file: nothing is parsed or
 * resolved, no key is computed, and no trace is opened.
 *
 * Remembered is what one file declares with kinds of the catalog: no users' code, no other pipelines, no files of other
 * machines, no secrets, nothing that was warned of, no parameters from the command line. All else is planned anew.
 *
 * The file has a line for the facts and what is said of the whole, one for each node, and one with the digest of the rest.
 */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, digestBytes, digestHex } from '../../cache/digest.js';
import { type Layout, layoutOf, tracePath } from '../../cache/layout.js';
import type { Store } from '../../cache/store.js';
import { guard } from '../../cache/store-error.js';
import { writeAtomically } from '../../cache/temporary.js';
import type { Trace } from '../../cache/trace-store.js';
import { parseJson, stringify } from '../json.js';
import type { KeyComponents } from '../key.js';
import type { SourceFile } from '../kind.js';
import type { Plan, PlannedHit } from '../plan.js';
import type { JsonObject, Pipeline, ResolvedNode } from '../spec.js';
import { type Facts, factsOf, type Now, type Program, stillHold } from './facts.js';

interface Head {
  readonly version: 1;
  readonly facts: Facts;
  readonly name: string;
  readonly params: JsonObject;
  readonly experiment: string;
}

interface NodeLine {
  readonly id: string;
  readonly uses: string;
  readonly matrix: JsonObject;
  readonly inputs: ResolvedNode['inputs'];
  readonly gpus: number;
  readonly recipe: string;
  readonly sources: readonly SourceFile[];
  readonly trace: Trace;
  /** Of the file that the store keeps the trace in. */
  readonly stamp: string;
}

/** Whether a plan of `pipeline` depends on nothing but what is remembered. */
export function mayStand({ warned, dependsOn, secrets, nodes }: Pipeline): boolean {
  return (
    !warned &&
    dependsOn.length === 0 &&
    secrets.length === 0 &&
    nodes.every(({ code, remote, cache }) => !code && remote.length === 0 && !cache.matchDevice)
  );
}

/**
 * Remembers `plan` of `pipeline`, of which `traceOf` gives each node's result; the lock file beside it says the same.
 * @throws StoreError
 */
export async function rememberPlan(
  { layout }: Store,
  pipeline: Pipeline,
  plan: Plan,
  traceOf: (id: string) => Trace,
  lock: Digest,
  using: Program,
): Promise<void> {
  const sources = new Map(plan.nodes.map((planned) => [planned.node.id, planned.sources]));
  const facts = factsOf(pipeline, lock, ({ id }) => sources.get(id)!, using);
  const { name, params } = pipeline;
  const head: Head = { version: 1, facts, name, params, experiment: plan.experiment };
  const lines = plan.nodes.map(({ node, recipe, sources }): NodeLine => {
    const { id, kind, matrix, inputs, resources } = node;
    const trace = traceOf(id);
    return {
      id,
      uses: kind.name,
      matrix,
      inputs,
      gpus: resources.gpus,
      recipe,
      sources,
      trace,
      stamp: stampOf(layout, trace),
    };
  });
  const body = Buffer.concat([head, ...lines].map((line) => Buffer.from(`${stringify(line)}\n`)));
  const path = pathOf(layout, pipeline.file);
  await guard('writing the store', path, async () => {
    await mkdir(dirname(path), { recursive: true });
    await writeAtomically(path, Buffer.concat([body, Buffer.from(`${digestBytes(body)}\n`)]), layout.tmp);
  });
}

/** The plan of the pipeline `file` as it was remembered, if it stands: every node has its result. */
export async function recallPlan(store: Store, file: string, now: Now): Promise<Plan | undefined> {
  const lines = readLines(pathOf(store.layout, file));
  if (lines === undefined) return undefined;
  const head = lines.next().value as Head | undefined;
  const text = readBytes(file);
  if (head?.version !== 1 || text === undefined) return undefined;
  if (!(await stillHold(head.facts, file, digestBytes(text), now))) return undefined;
  const nodes: PlannedHit[] = [];
  for (const line of lines) {
    const { id, uses, matrix, inputs, gpus, recipe, sources, trace, stamp } = line as NodeLine;
    const whole = stamp !== '' && stamp === stampOf(store.layout, trace);
    if (!whole || !Object.values(trace.outputs).every(store.hasSync)) return undefined;
    const node = { id, kind: { name: uses }, matrix, inputs, resources: { gpus } };
    const components = trace.components as unknown as KeyComponents;
    nodes.push({ action: 'hit', node, recipe, sources, key: trace.key, components, trace, reasons: [] });
  }
  const { name, params, experiment } = head;
  return {
    pipeline: { name, file, text: text.toString(), params, secrets: [], dependsOn: [] },
    experiment,
    nodes,
    device: now.device,
    history: new Map(),
    pins: {},
  };
}

/** Whether there is a plan of the pipeline `file` in the store at `root`, which may not stand any more. */
export function isRemembered(root: string, file: string): boolean {
  return existsSync(pathOf(layoutOf(root), file));
}

function pathOf({ plans }: Layout, file: string): string {
  return join(plans, `${digestHex(digestBytes(file))}.ndjson`);
}

/** Moves when the trace is touched, which may be damage; the empty text where there is none. */
function stampOf(layout: Layout, { key }: Trace): string {
  const found = lstatSync(tracePath(layout, key), { throwIfNoEntry: false });
  return found ? [found.ino, found.size, found.mtimeMs, found.ctimeMs].join(' ') : '';
}

const newline = 10;

function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** The values of the lines; `undefined` for a file that is not there, or not as it was written. */
function readLines(path: string): Generator<unknown> | undefined {
  const bytes = readBytes(path);
  if (bytes === undefined) return undefined;
  const end = bytes.lastIndexOf(newline, -2) + 1;
  const body = bytes.subarray(0, end);
  if (bytes.toString('latin1', end) !== `${digestBytes(body)}\n`) return undefined;
  return linesOf(body);
}

function* linesOf(body: Buffer): Generator<unknown> {
  for (let start = 0; start < body.length; ) {
    const end = body.indexOf(newline, start);
    yield parseJson(body.toString('utf8', start, end));
    start = end + 1;
  }
}
