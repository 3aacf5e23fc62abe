/**
 * Proves an old result: executes an experiment again from its record, in an empty store of its own, and compares every
 * output byte for byte, by digest.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestFile, digestForm } from '../cache/digest.js';
import { openStore, type Store } from '../cache/store.js';
import type { RunEvent } from './event.js';
import { executePlan, type RunResult } from './execute.js';
import type { Catalog } from './kind.js';
import { loadSource } from './load.js';
import { inspectMachine } from './machine.js';
import { type Plan, planPipeline } from './plan.js';
import type { Project } from './project.js';
import { differences } from './reason.js';
import { type NodeRecord, newRunId, type RunRecord } from './record.js';
import { reasonText } from './report/reason-text.js';
import { type Result, succeed } from './result.js';

export type Verdict =
  /** Every output has the same bytes. */
  | { readonly verdict: 'identical' }
  /** `outputs` names each port that differs, and of a folder the files that do. */
  | { readonly verdict: 'different'; readonly outputs: readonly string[] }
  /** It depends on something that is not as it was; `because` says on what. */
  | { readonly verdict: 'not-reproducible'; readonly because: readonly string[] }
  /** It was not executed to its end. */
  | { readonly verdict: 'not-finished'; readonly because: string };

export interface Reproduction {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly reproduced: boolean;
  readonly interrupted: boolean;
  /** Where the new outputs stand when they differ; they are thrown away when they don't. */
  readonly keptAt?: string;
}

export interface ReproduceOptions {
  readonly project: Project;
  readonly catalog: Catalog;
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

export async function reproduce(record: RunRecord, options: ReproduceOptions): Promise<Result<Reproduction>> {
  const loaded = await loadSource(
    { file: join(options.project.top, record.pipeline.file), text: record.pipeline.text },
    options.catalog,
    { overrides: record.overrides, environment: { ...process.env, ...recordedEnvironment(record) } },
  );
  if (!loaded.ok) return loaded;
  const fresh = await openStore(await mkdtemp(join(options.store.root, 'tmp', `reproduce-${process.pid}-`)));
  const plan = await planPipeline(loaded.value, {
    store: fresh,
    digestFile,
    history: new Map(),
    device: record.device,
  });
  const result = await executePlan(plan, {
    store: fresh,
    catalog: options.catalog,
    machine: await inspectMachine(plan.nodes.some(({ node }) => node.resources.gpus > 0)),
    digestFile,
    signal: options.signal,
    run: newRunId(),
    emit: options.emit,
  });
  const verdicts = compare(plan, result, record, fresh, options.store);
  const reproduced = [...verdicts.values()].every(({ verdict }) => verdict === 'identical');
  const interrupted = result.status === 'interrupted';
  const keep = !reproduced && !interrupted;
  if (!keep) await rm(fresh.root, { recursive: true, force: true });
  return succeed({ verdicts, reproduced, interrupted, ...(keep ? { keptAt: fresh.root } : {}) });
}

function compare(
  plan: Plan,
  result: RunResult,
  record: RunRecord,
  fresh: Store,
  store: Store,
): ReadonlyMap<string, Verdict> {
  return new Map(
    plan.nodes.map(({ node, sources }): [string, Verdict] => {
      const before = record.nodes[node.id];
      const { trace, finished, components } = result.nodes.get(node.id)!;
      if (before?.components && components) {
        const own = differences(before.components, { ...components, sources }, false);
        if (own.length > 0) return [node.id, { verdict: 'not-reproducible', because: own.map(reasonText) }];
      }
      if (!trace) {
        const because =
          finished.status === 'failed'
            ? finished.failure.message
            : finished.status === 'skipped'
              ? `it needs ${finished.because}`
              : finished.status;
        return [node.id, { verdict: 'not-finished', because }];
      }
      const outputs = differingOutputs(before, trace.outputs as Record<string, Digest>, fresh, store);
      return [node.id, outputs.length === 0 ? { verdict: 'identical' } : { verdict: 'different', outputs }];
    }),
  );
}

function differingOutputs(
  before: NodeRecord | undefined,
  after: Readonly<Record<string, Digest>>,
  fresh: Store,
  store: Store,
): string[] {
  const old = before?.outputs ?? {};
  return Object.keys(after).flatMap((port) => {
    const [was, is] = [old[port] as Digest | undefined, after[port]!];
    if (was === is) return [];
    if (was === undefined || digestForm(was) !== 'directory' || digestForm(is) !== 'directory') return [port];
    const [oldFiles, newFiles] = [filesOf(store, was), filesOf(fresh, is)];
    if (!oldFiles || !newFiles) return [port];
    const names = [...new Set([...oldFiles.keys(), ...newFiles.keys()])].sort();
    return names.filter((name) => oldFiles.get(name) !== newFiles.get(name)).map((name) => `${port}/${name}`);
  });
}

/** Files of a directory with their digests; `undefined` when it is no longer in the store. */
function filesOf(store: Store, digest: Digest): ReadonlyMap<string, Digest> | undefined {
  try {
    return new Map(
      store.readTreeSync(digest).flatMap((entry) => ('digest' in entry ? [[entry.path, entry.digest]] : [])),
    );
  } catch {
    return undefined;
  }
}

/** The environment variables that the nodes used then, so that they are the same now. */
function recordedEnvironment(record: RunRecord): Record<string, string> {
  return Object.assign({}, ...Object.values(record.nodes).map((node) => node.components?.environment ?? {}));
}
