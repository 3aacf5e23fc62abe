/**
 * The rebuilder: brings one node's outputs into the store under its key, by the cheapest way there is: they are there;
 * or another run is making them right now; or the node is executed.
 */
import { type Digest, digestForm } from '../cache/digest.js';
import type { Store } from '../cache/store.js';
import type { Trace } from '../cache/trace-store.js';
import type { FailureReport, NodeMessage } from './event.js';
import { fetchSources } from './fetch-sources.js';
import { clearOutputs, type Executor, type Job, type JobOutcome, jobFolders } from './job.js';
import { stringify } from './json.js';
import { keepSources } from './keep-sources.js';
import type { KeyComponents } from './key.js';
import type { SourceFile } from './kind.js';
import type { Lease } from './lease.js';
import type { Remotes } from './remote.js';
import { failureReport } from './run-node.js';
import { revealSecrets } from './secrets.js';
import type { CheckInputs } from './sound-inputs.js';
import type { ResolvedNode } from './spec.js';

export type Rebuilt =
  | { readonly status: 'executed' | 'cached'; readonly trace: Trace }
  | { readonly status: 'failed'; readonly failure: FailureReport }
  | { readonly status: 'stopped' };

export interface RebuildContext {
  readonly store: Store;
  readonly executor: Executor;
  readonly device: string;
  readonly signal: AbortSignal;
  readonly digestFile: (path: string) => Promise<Digest>;
  readonly remotes: Remotes | undefined;
  readonly checkInputs: CheckInputs;
  /** Takes the machine's resources for the node; `undefined` when the run is being stopped. */
  readonly lease: () => Promise<Lease | undefined>;
  readonly release: (lease: Lease) => void;
  readonly onStart: () => void;
  /** An attempt has failed, and another one begins. */
  readonly onRetry: (failure: FailureReport, attempt: number) => void;
  readonly onWait: (owner: { readonly pid: number; readonly host: string }) => void;
  readonly emit: (message: NodeMessage) => void;
}

export interface Work {
  readonly node: ResolvedNode;
  readonly key: string;
  readonly components: KeyComponents;
  readonly inputs: Readonly<Record<string, readonly Digest[]>>;
  readonly sources: readonly SourceFile[];
}

/** Never throws for what can go wrong while a node runs; that comes back as `failed`. */
export async function rebuild(work: Work, context: RebuildContext): Promise<Rebuilt> {
  const { store, signal } = context;
  try {
    const lock = await store.lock(work.key, { signal, onWait: context.onWait });
    try {
      const trace = await store.traces.get(work.key);
      if (trace) return { status: 'cached', trace };
      const failure = await context.checkInputs(work.inputs);
      if (failure) return { status: 'failed', failure };
      // Before the lease: who waits for the network needs no CPU.
      await fetchSources(work.sources, store, context.remotes, { signal, emit: context.emit });
      const lease = await context.lease();
      if (!lease) return { status: 'stopped' };
      try {
        return await execute(work, lease, context);
      } finally {
        context.release(lease);
      }
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (signal.aborted) return { status: 'stopped' };
    return { status: 'failed', failure: failureReport(error) };
  }
}

async function execute(work: Work, lease: Lease, context: RebuildContext): Promise<Rebuilt> {
  const { store, signal } = context;
  const directory = await store.scratch(work.key);
  await clearOutputs(directory);
  const kept = keepMessages(context.emit);
  const started = Date.now();
  context.onStart();
  const job = createJob(work, lease, directory, context);
  let outcome = await attempt(job, work.node, kept.emit, context);
  for (let retry = 1; outcome.status === 'failed' && retry <= work.node.retry && !signal.aborted; retry++) {
    context.onRetry(outcome.failure, retry);
    await clearOutputs(directory);
    kept.reset();
    outcome = await attempt(job, work.node, kept.emit, context);
  }
  if (outcome.status === 'stopped') return { status: 'stopped' };
  if (outcome.status === 'failed') {
    await clearOutputs(directory);
    return outcome;
  }
  const edited = await editedSource(work.sources, context.digestFile);
  if (edited) return { status: 'failed', failure: editedFailure(edited) };
  await keepSources(work.sources, store);
  const outputs = await publishOutputs(job, store);
  const trace: Trace = {
    version: 1,
    key: work.key,
    components: JSON.parse(stringify(work.components)),
    outputs,
    metrics: outcome.metrics,
    counts: kept.counts,
    displays: kept.displays,
    warnings: kept.warnings,
    environment: kept.environment,
    created: new Date().toISOString(),
    duration_ms: Date.now() - started,
  };
  await store.traces.put(trace);
  await store.discardScratch(work.key);
  return { status: 'executed', trace };
}

/** One attempt. When its time is over it is asked to leave, as by Ctrl-C, and has failed. */
async function attempt(
  job: Job,
  node: ResolvedNode,
  emit: (message: NodeMessage) => void,
  { executor, signal }: RebuildContext,
): Promise<JobOutcome> {
  if (node.timeout_ms === undefined) return executor(job, emit, signal);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), Math.min(node.timeout_ms, longestTimer_ms));
  try {
    const outcome = await executor(job, emit, AbortSignal.any([signal, limit.signal]));
    if (outcome.status !== 'stopped' || signal.aborted) return outcome;
    return { status: 'failed', failure: timedOut(node.timeout_ms) };
  } finally {
    clearTimeout(timer);
  }
}

/** Node's timers go no further, which is 24 days. */
const longestTimer_ms = 2 ** 31 - 1;

function timedOut(timeout_ms: number): FailureReport {
  return {
    code: 'timed-out',
    message: `it was not done after ${timeout_ms / 1000} s, its timeout`,
    hint: 'Give it a longer timeout. What it kept as a checkpoint is there for the next run.',
  };
}

function createJob({ node, inputs, sources }: Work, lease: Lease, directory: string, context: RebuildContext): Job {
  const { outputs, scratch } = jobFolders(directory);
  return {
    kind: node.kind.name,
    ...(node.code ? { code: node.code.bundle } : {}),
    config: revealSecrets(node),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([port, digests]) => {
        const type = node.kind.inputs[port]!.type;
        return [port, digests.map((digest) => ({ type: type === 'any' ? digestForm(digest) : type, digest }))];
      }),
    ),
    sources,
    outputs: Object.fromEntries(Object.keys(node.kind.outputs).map((port) => [port, `${outputs}/${port}`])),
    scratch,
    storeRoot: context.store.root,
    device: context.device,
    threads: lease.cpus,
    gpus: lease.gpus,
  };
}

/** Publishes every output before the trace that names it. */
async function publishOutputs(job: Job, store: Store): Promise<Record<string, Digest>> {
  const outputs: Record<string, Digest> = {};
  for (const [port, path] of Object.entries(job.outputs)) outputs[port] = await store.publish(path);
  return outputs;
}

async function editedSource(
  sources: readonly SourceFile[],
  digestFile: RebuildContext['digestFile'],
): Promise<string | undefined> {
  for (const source of sources) {
    // What the store holds is read-only.
    if (source.origin !== undefined) continue;
    const now = await digestFile(source.path).catch(() => undefined);
    if (now !== source.digest) return source.name;
  }
  return undefined;
}

function editedFailure(name: string): FailureReport {
  return {
    code: 'source-changed',
    message: `${name} was edited while the node was reading it, so the result is not kept`,
    hint: 'Run again.',
  };
}

/** Keeps of a node's messages what belongs in its trace, and passes all of them on. */
function keepMessages(emit: (message: NodeMessage) => void) {
  const counts: Record<string, number> = {};
  const displays: { title: string; text: string }[] = [];
  const warnings: string[] = [];
  const environment: Record<string, string> = {};
  return {
    counts,
    displays,
    warnings,
    environment,
    /** Another attempt begins: what the last one said of its rows would be counted twice. */
    reset() {
      for (const reason of Object.keys(counts)) delete counts[reason];
      displays.length = 0;
      warnings.length = 0;
    },
    emit(message: NodeMessage) {
      if (message.event === 'node.count') counts[message.reason] = (counts[message.reason] ?? 0) + message.rows;
      if (message.event === 'node.display') displays.push({ title: message.title, text: message.text });
      if (message.event === 'node.warning') warnings.push(message.message);
      if (message.event === 'node.environment') Object.assign(environment, message.facts);
      emit(message);
    },
  };
}
