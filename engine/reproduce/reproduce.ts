/**
 * Proves an old result: brings its sources and its pipeline back as they were, executes everything in an empty store of
 * its own, and compares every output byte for byte and every metric.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../../cache/digest.js';
import { openStore, type Store } from '../../cache/store.js';
import { guard } from '../../cache/store-error.js';
import { temporaryName } from '../../cache/temporary.js';
import type { RunEvent } from '../event.js';
import { executePlan } from '../execute.js';
import type { Catalog } from '../kind.js';
import { loadPipeline } from '../load.js';
import { readLock } from '../lock-file.js';
import { inspectMachine } from '../machine.js';
import { pinSources } from '../pin-sources.js';
import { planPipeline } from '../plan.js';
import type { Project } from '../project.js';
import { newRunId, type RunRecord, readRecords } from '../record.js';
import type { Pins } from '../remote.js';
import { fail, type Result, succeed } from '../result.js';
import { createModuleLoader } from '../user-code/load-module.js';
import { type Baseline, baselineOfLock, baselineOfRecord, environmentOf } from './baseline.js';
import { judge, type Verdict } from './verdict.js';
import { treeOfCommit, treeOfRun, type WorkTree } from './work-tree.js';

export type { Verdict } from './verdict.js';

/** What is to be reproduced: a recorded run, or a pipeline as a commit holds it. */
export type Target =
  | { readonly record: RunRecord }
  /** `file` is relative to the top of the project. */
  | { readonly commit: string; readonly file: string };

export interface Reproduction {
  readonly experiment: string;
  readonly run?: string;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Every node is identical, or within its tolerance. */
  readonly reproduced: boolean;
  /** Every node is identical. */
  readonly identical: boolean;
  readonly interrupted: boolean;
  /** A store with the new outputs, when they differ; they are thrown away when they don't. */
  readonly keptAt?: string;
}

export interface ReproduceOptions {
  readonly project: Project;
  readonly catalog: Catalog;
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

export async function reproduce(target: Target, options: ReproduceOptions): Promise<Result<Reproduction>> {
  const { store } = options;
  // Named after this process: should it be killed, the next one clears up.
  const folder = join(store.layout.tmp, temporaryName('reproduce'));
  await guard('writing the store', folder, () => mkdir(folder));
  try {
    return await reproduceIn(folder, target, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function reproduceIn(folder: string, target: Target, options: ReproduceOptions): Promise<Result<Reproduction>> {
  const { project, catalog, store, signal, emit } = options;
  const found = await bringBack(target, { project, store, folder });
  if (!found.ok) return found;
  const { tree, baseline } = found.value;
  const loaded = await loadPipeline(tree.file, catalog, {
    overrides: baseline.overrides,
    environment: { ...process.env, ...environmentOf(baseline) },
    modules: createModuleLoader({ catalog, storeRoot: store.root }),
  });
  if (!loaded.ok) return loaded;
  const fresh = await openStore(join(folder, 'store'));
  const { device } = baseline;
  const { pipeline, pins } = await pinSources(loaded.value, {
    remotes: catalog.remotes,
    store: fresh,
    pins: baseline.pins,
  });
  await bringRemote(pins, store, fresh);
  const plan = await planPipeline(pipeline, { store: fresh, digestFile, history: new Map(), device, pins });
  const machine = await inspectMachine(plan.nodes.some(({ node }) => node.resources.gpus > 0));
  const run = newRunId();
  const result = await executePlan(plan, { store: fresh, catalog, machine, digestFile, signal, run, emit });

  const verdicts = new Map<string, Verdict>();
  const { describeDifference: describe } = catalog;
  const sides = { before: store, after: fresh, ...(describe ? { describe } : {}) };
  const byId = new Map(pipeline.nodes.map((node) => [node.id, node]));
  for (const { node } of plan.nodes) {
    const { id } = node;
    const reproduced = { node: byId.get(id)!, ...result.nodes.get(id)! };
    verdicts.set(id, await judge(baseline.nodes[id], reproduced, tree.lost, sides));
  }
  const are = (...wanted: Verdict['verdict'][]) =>
    [...verdicts.values()].every(({ verdict }) => wanted.includes(verdict));
  const identical = are('identical');
  const interrupted = result.status === 'interrupted';
  return succeed({
    experiment: baseline.experiment,
    ...(baseline.run === undefined ? {} : { run: baseline.run }),
    verdicts,
    reproduced: are('identical', 'within-tolerance'),
    identical,
    interrupted,
    ...(identical || interrupted ? {} : { keptAt: await keep(fresh, store, run) }),
  });
}

/** What the store has of other machines' files need not be fetched again. */
async function bringRemote(pins: Pins, from: Store, to: Store): Promise<void> {
  for (const { files } of Object.values(pins)) {
    for (const { digest } of Object.values(files)) if (from.hasSync(digest)) await to.publish(from.fileOf(digest));
  }
}

async function bringBack(
  target: Target,
  options: { readonly project: Project; readonly store: Store; readonly folder: string },
): Promise<Result<{ tree: WorkTree; baseline: Baseline }>> {
  const { store } = options;
  if ('record' in target) {
    return succeed({ tree: await treeOfRun(target.record, options), baseline: baselineOfRecord(target.record) });
  }
  const { commit, file } = target;
  const refuse = (message: string, hint: string) =>
    fail([{ code: 'file-not-found', severity: 'error', message, hint }]);
  const tree = await treeOfCommit(commit, file, options);
  if (tree === undefined) {
    return refuse(`The commit ${commit} has no file \`${file}\``, 'Name it from the top of the work tree.');
  }
  const lock = readLock(tree.file);
  const record = lock && recordOf(lock.experiment, store);
  if (record) return succeed({ tree, baseline: baselineOfRecord(record) });
  if (lock) return succeed({ tree, baseline: baselineOfLock(lock, store) });
  return refuse(
    `The commit ${commit} has no readable lock file beside \`${file}\`, so there is nothing to compare with`,
    'Run the pipeline and commit the lock file that it writes.',
  );
}

function recordOf(experiment: string, store: Store): RunRecord | undefined {
  for (const record of readRecords(store.runsDirectory)) {
    if (record.experiment === experiment && record.status === 'done') return record;
  }
  return undefined;
}

/** Moves the new outputs to where a person can look at them. */
async function keep(fresh: Store, store: Store, run: string): Promise<string> {
  const kept = join(store.layout.reproduced, run);
  await mkdir(store.layout.reproduced, { recursive: true });
  await rename(fresh.root, kept);
  return kept;
}
