/**
 * One pipeline under one store: load, plan, run. The command line, watch mode and the package's API all go through
 * here, so they plan and run alike.
 */
import { dirname, join, resolve } from 'node:path';
import { type Digest, digestBytes } from '../cache/digest.js';
import { type Memo, openMemo } from '../cache/memo.js';
import { openStore, type Store } from '../cache/store.js';
import { StoreError } from '../cache/store-error.js';
import type { RunEvent } from './event.js';
import { executePlan, type RunResult } from './execute.js';
import { readGitState } from './git.js';
import type { Catalog } from './kind.js';
import { checkFrozen, type LockFile, lockOf, lockProblem, readLock, writeLock } from './lock-file.js';
import { inspectMachine } from './machine.js';
import { pinSources } from './pin-sources.js';
import { type Plan, planPipeline } from './plan.js';
import { findProject, nameInProject, type Project } from './project.js';
import { newRunId, type RunRecord, readHistory, recordRun } from './record.js';
import { fail, type Result, succeed } from './result.js';
import { findSecretProblems } from './secrets.js';
import type { Pipeline } from './spec.js';
import { isRemembered, mayStand, recallPlan, rememberPlan } from './standing/standing-plan.js';
import { versions } from './version.js';

export interface SessionOptions {
  readonly catalog: Catalog;
  /** Path of the pipeline file. */
  readonly file: string;
  /** Parameters given on the command line, as text. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Look at a pipeline that takes inputs as one that another may use. It can be checked, not run. */
  readonly asPart?: boolean;
  /** `auto` by default. */
  readonly device?: string;
  /** Where the store stands; by default `.lapidary/` at the top of the git work tree, or LAPIDARY_HOME. */
  readonly storeRoot?: string;
}

export interface Session {
  readonly project: Project;
  readonly store: Store;
  readonly memo: Memo;
  readonly options: SessionOptions;
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const project = findProject(dirname(resolve(options.file)));
  const store = await openStore(storeRootOf(options));
  const memo = await openMemo(join(store.root, 'digests.json'));
  return { project, store, memo, options };
}

function storeRootOf({ storeRoot, file }: SessionOptions): string {
  return storeRoot ?? findProject(dirname(resolve(file))).storeRoot;
}

/** Reads, checks and resolves the pipeline as it is on disk now. */
export async function load(options: SessionOptions): Promise<Result<Pipeline>> {
  const storeRoot = storeRootOf(options);
  // A plan that stands needs none of this, which is half of all modules.
  const [{ loadPipeline }, { createModuleLoader }] = await Promise.all([
    import('./load.js'),
    import('./user-code/load-module.js'),
  ]);
  return loadPipeline(resolve(options.file), options.catalog, {
    overrides: options.overrides ?? {},
    environment: process.env,
    asPart: options.asPart === true,
    modules: createModuleLoader({ catalog: options.catalog, storeRoot }),
  });
}

export interface PlanningOptions {
  /** Nobody is asked what a remote source means: the lock file must say. */
  readonly frozen?: boolean;
  /** Revisions of remote sources are looked up anew. */
  readonly updateSources?: boolean;
}

/**
 * The plan of the pipeline, where nothing has changed since a run that had a result for every node; `undefined` where it
 * must be loaded and planned.
 */
export async function recall(
  options: SessionOptions,
): Promise<{ readonly session: Session; readonly planned: Plan } | undefined> {
  const { catalog, device = 'auto', overrides = {} } = options;
  const file = resolve(options.file);
  if (Object.keys(overrides).length > 0 || !isRemembered(storeRootOf(options), file)) return undefined;
  const session = await openSession(options);
  const { digestFile } = session.memo;
  const now = { kinds: catalog.kinds, device, environment: process.env, digestFile };
  const planned = await recallPlan(session.store, file, now);
  return planned && { session, planned };
}

/**
 * Plans a loaded pipeline against the store and the history of its runs. Throws `Failure` where a remote source is
 * neither pinned in the lock file nor to be found.
 */
export async function plan(session: Session, loaded: Pipeline, planning: PlanningOptions = {}): Promise<Plan> {
  const { store, memo, project, options } = session;
  const { pipeline, pins } = await pinSources(loaded, {
    remotes: options.catalog.remotes,
    store,
    pins: readLock(loaded.file)?.sources ?? {},
    frozen: planning.frozen === true,
    update: planning.updateSources === true,
  });
  const ids = pipeline.nodes.map(({ id }) => id);
  const planned = await planPipeline(pipeline, {
    store,
    digestFile: (path) => memo.digestFile(path),
    history: readHistory(store.runsDirectory, nameInProject(project, pipeline.file), ids),
    device: await deviceOf(pipeline, options),
    pins,
  });
  // What was learnt of files can be learnt again: a store that cannot be written must not keep anyone from planning.
  await memo.save().catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error;
  });
  return planned;
}

/** Finding out which device `auto` means takes loading one, so that is done only where a key depends on it. */
async function deviceOf(pipeline: Pipeline, { device = 'auto', catalog }: SessionOptions): Promise<string> {
  return pipeline.nodes.some((node) => node.cache.matchDevice) ? catalog.resolveDevice(device) : device;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
  /** Fail where the lock file would change. */
  readonly frozen?: boolean;
  /** Keep no lock file beside the pipeline; for runs that try something out. */
  readonly writeLock?: boolean;
}

export interface FinishedRun {
  readonly result: RunResult;
  readonly record: RunRecord;
  /** The lock file was written because it said something else before. */
  readonly lockChanged: boolean;
}

/** Executes a plan, keeps its record, and writes the lock file beside the pipeline. */
export async function run(session: Session, planned: Plan, options: RunOptions): Promise<Result<FinishedRun>> {
  const { project, store, memo } = session;
  const { pipeline } = planned;
  const overrides = session.options.overrides ?? {};
  let expected: LockFile | undefined;
  const broken = lockProblem(pipeline.file);
  // A run writes the lock anew, which ends a conflict; what a newer version knows must not be lost.
  if (broken && (options.frozen || broken.code === 'lock-newer')) return fail([broken]);
  if (options.frozen) {
    const frozen = checkFrozen(planned, readLock(pipeline.file));
    if (!frozen.ok) return frozen;
    expected = frozen.value;
  }
  if (planned.resolved) {
    const mayRun = new Set(planned.nodes.flatMap(({ node, action }) => (action === 'hit' ? [] : [node.id])));
    const secretProblems = findSecretProblems(planned.resolved, mayRun);
    if (secretProblems.length > 0) return fail(secretProblems);
  }
  const git = await readGitState(project.top, (changes) => store.publishContent(changes));
  const runId = newRunId();
  const recorder = recordRun(
    store.runsDirectory,
    {
      run: runId,
      experiment: planned.experiment,
      pipeline: {
        name: pipeline.name,
        file: nameInProject(project, pipeline.file),
        text: pipeline.text,
        files: await keepFiles(pipeline.dependsOn, session),
      },
      params: pipeline.params,
      ...(Object.keys(planned.pins).length > 0 ? { sources: planned.pins } : {}),
      overrides,
      device: planned.device,
      ...(git ? { git } : {}),
      versions: versions(),
      pid: process.pid,
      started: new Date().toISOString(),
    },
    planned,
  );
  const result = await executePlan(planned, {
    store,
    catalog: session.options.catalog,
    machine: await inspectMachine(planned.nodes.some(({ node }) => node.resources.gpus > 0)),
    digestFile: (path) => memo.digestFile(path),
    signal: options.signal,
    run: runId,
    emit(event) {
      recorder.event(event);
      options.emit(event);
    },
    ...(expected ? { expected: outputsOf(expected) } : {}),
  });
  const record = recorder.finish(result);
  await memo.save();
  // With parameters from the command line, the run is another experiment than the one that the file declares.
  const locks = !options.frozen && options.writeLock !== false && Object.keys(overrides).length === 0;
  // A plan that was remembered stands because the lock file says what it says.
  const lock = locks && planned.resolved && result.status === 'done' ? lockOf(planned, result) : undefined;
  if (!lock) return succeed({ result, record, lockChanged: false });
  const { text, changed } = await writeLock(pipeline.file, lock);
  if (planned.resolved && mayStand(planned.resolved)) {
    const using = { kinds: session.options.catalog.kinds, device: planned.device };
    const traceOf = (id: string) => result.nodes.get(id)!.trace!;
    await rememberPlan(store, planned.resolved, planned, traceOf, digestBytes(text), using);
  }
  return succeed({ result, record, lockChanged: changed });
}

/** Keeps in the store the files that a pipeline was read from, by their paths in the project. */
async function keepFiles(paths: readonly string[], { project, store }: Session): Promise<Record<string, Digest>> {
  const kept = await Promise.all(
    paths.map(async (path) => [nameInProject(project, path), await store.publish(path)] as const),
  );
  return Object.fromEntries(kept);
}

function outputsOf(lock: LockFile): Record<string, Readonly<Record<string, string>>> {
  return Object.fromEntries(Object.entries(lock.nodes).map(([id, node]) => [id, node.outputs]));
}
