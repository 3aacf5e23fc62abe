/**
 * Executes a plan. Each node starts when all that it needs is there; nodes that do not need one another run side by
 * side as far as the machine's resources go; what needs a failed node is skipped, and everything else goes on.
 */
import { setMaxListeners } from 'node:events';
import type { Digest } from '../cache/digest.js';
import type { Store } from '../cache/store.js';
import type { Trace } from '../cache/trace-store.js';
import type { Counts, NodeFinished, RunEvent, RunStatus } from './event.js';
import { inlineExecutor } from './executor/inline.js';
import { workerExecutor } from './executor/worker-process.js';
import type { Executor } from './job.js';
import { type KeyComponents, keyComponents, keyOf } from './key.js';
import type { Catalog, Kind } from './kind.js';
import { createLeasePool } from './lease.js';
import { clampResources, type Machine } from './machine.js';
import { dependenciesOf, explainKey, inputDigests, type Plan, type PlannedHit, type PlannedWork } from './plan.js';
import { rebuild } from './rebuild.js';
import { withoutSecrets } from './secrets.js';
import { type CheckInputs, inputChecker } from './sound-inputs.js';

export interface ExecuteOptions {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly machine: Machine;
  readonly digestFile: (path: string) => Promise<Digest>;
  readonly signal: AbortSignal;
  readonly run: string;
  readonly emit: (event: RunEvent) => void;
  /** Outputs that each node must yield, as a lock file holds them; anything else is a failure. */
  readonly expected?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What became of a node, with what its key was made of where that was known. */
export interface NodeResult {
  readonly finished: NodeFinished;
  readonly key?: string;
  readonly components?: KeyComponents;
  readonly trace?: Trace;
}

export interface RunResult {
  readonly status: RunStatus;
  readonly counts: Counts;
  readonly duration_ms: number;
  readonly nodes: ReadonlyMap<string, NodeResult>;
}

/** Runs the plan to its end, or until `signal` is aborted. Never throws for what a node does. */
export async function executePlan(plan: Plan, options: ExecuteOptions): Promise<RunResult> {
  const started = Date.now();
  const { emit, run } = options;
  // Every node that waits listens; Node.js would take more than ten for a leak, and say so.
  setMaxListeners(0, options.signal);
  emit({
    event: 'run.started',
    run,
    experiment: plan.experiment,
    pipeline: plan.pipeline.name,
    nodes: plan.nodes.map(({ node }) => ({ id: node.id, uses: node.kind.name })),
  });
  const nodes = await runNodes(plan, options);
  const counts = countStatuses(nodes);
  const status = options.signal.aborted && counts.stopped > 0 ? 'interrupted' : counts.failed > 0 ? 'failed' : 'done';
  const duration_ms = Date.now() - started;
  const { stopped: _, ...shown } = counts;
  emit({ event: 'run.finished', run, experiment: plan.experiment, status, counts: shown, duration_ms });
  return { status, counts: shown, duration_ms, nodes };
}

async function runNodes(plan: Plan, options: ExecuteOptions): Promise<ReadonlyMap<string, NodeResult>> {
  const pool = createLeasePool(options.machine);
  const executors: Record<Kind['runs'], Executor> = {
    inline: withoutSecrets(inlineExecutor(options.catalog, options.store), plan.pipeline.secrets),
    worker: withoutSecrets(workerExecutor(options.catalog), plan.pipeline.secrets),
  };
  const checkInputs = inputChecker(options.store);
  const results = new Map<string, NodeResult>();
  const pending = new Map<string, Promise<NodeResult>>();
  plan.nodes.forEach((planned, priority) => {
    if (planned.action === 'hit') {
      const result = cachedResult(planned, results, options.expected);
      results.set(planned.node.id, result);
      options.emit(result.finished);
      return;
    }
    const start = async (): Promise<NodeResult> => {
      const began = Date.now();
      const result = await runPlanned(planned, await settled(planned, results, pending));
      const finished = {
        ...result.finished,
        duration_ms:
          result.trace && result.finished.status === 'executed' ? result.trace.duration_ms : Date.now() - began,
      };
      options.emit(finished);
      return { ...result, finished };
    };
    const runPlanned = (node: PlannedWork, inputs: ReadonlyMap<string, NodeResult>) =>
      runOne(node, inputs, plan, options, executors, checkInputs, pool, priority);
    pending.set(planned.node.id, start());
  });
  await Promise.all([...pending].map(async ([id, result]) => results.set(id, await result)));
  return results;
}

/** Waits for the nodes that `planned` is wired to. */
async function settled(
  planned: PlannedWork,
  results: ReadonlyMap<string, NodeResult>,
  pending: ReadonlyMap<string, Promise<NodeResult>>,
): Promise<ReadonlyMap<string, NodeResult>> {
  const ids = dependenciesOf(planned.node);
  return new Map(await Promise.all(ids.map(async (id) => [id, results.get(id) ?? (await pending.get(id)!)] as const)));
}

/** Nobody waits for what is there. All that a hit is wired to are hits too, which stand before it. */
function cachedResult(
  { node, key, components, trace }: PlannedHit,
  results: ReadonlyMap<string, NodeResult>,
  expected: ExecuteOptions['expected'],
): NodeResult {
  const unexpected = expected && dependenciesOf(node).find((id) => !results.get(id)!.trace);
  if (unexpected !== undefined) {
    return {
      finished: { event: 'node.finished', node: node.id, duration_ms: 0, status: 'skipped', because: unexpected },
    };
  }
  return { ...resultOf(node.id, 'cached', key, trace, expected?.[node.id]), key, components };
}

async function runOne(
  planned: PlannedWork,
  inputs: ReadonlyMap<string, NodeResult>,
  plan: Plan,
  options: ExecuteOptions,
  executors: Readonly<Record<Kind['runs'], Executor>>,
  checkInputs: CheckInputs,
  pool: ReturnType<typeof createLeasePool>,
  priority: number,
): Promise<NodeResult> {
  const { node } = planned;
  const { gpus } = options.machine;
  const base = { event: 'node.finished', node: node.id, duration_ms: 0 } as const;
  const missing = [...inputs].find(([, result]) => !result.trace);
  if (missing) return { finished: { ...base, status: 'skipped', because: missing[0] } };
  const outputs = new Map([...inputs].map(([id, result]) => [id, result.trace!.outputs as Record<string, Digest>]));
  const digests = inputDigests(node, outputs);
  const components = planned.components ?? keyComponents(node, digests, planned.sources, plan.device);
  const key = planned.key ?? keyOf(components);
  const known = planned.action === 'unknown' ? await options.store.traces.get(key) : undefined;
  if (!known && options.signal.aborted) return { finished: { ...base, status: 'stopped' }, key, components };
  if (!known && node.resources.gpus > gpus.length) {
    const failure = {
      code: 'not-enough-gpus',
      message: `it asks for ${node.resources.gpus} GPUs, and this machine has ${gpus.length}`,
      hint: 'Lower resources.gpus of the node, or check CUDA_VISIBLE_DEVICES.',
    };
    return { finished: { ...base, status: 'failed', failure }, key, components };
  }
  const rebuilt = known
    ? ({ status: 'cached', trace: known } as const)
    : await rebuild(
        { node, key, components, inputs: digests, sources: planned.sources },
        {
          store: options.store,
          // A user's code has no place in the engine's process, whatever calls it.
          executor: executors[node.code ? 'worker' : node.kind.runs],
          device: plan.device,
          signal: options.signal,
          digestFile: options.digestFile,
          remotes: options.catalog.remotes,
          checkInputs,
          lease: () => pool.acquire(clampResources(node.resources, options.machine), priority, options.signal),
          release: (lease) => pool.release(lease),
          onStart: () => {
            const reasons = explainKey(node, key, components, plan.history);
            options.emit({ event: 'node.started', node: node.id, key, reasons });
          },
          onRetry: (failure, attempt) => options.emit({ event: 'node.retried', node: node.id, attempt, failure }),
          onWait: (owner) => options.emit({ event: 'node.waiting', node: node.id, ...owner }),
          emit: (message) => options.emit({ ...message, node: node.id }),
        },
      );
  if (rebuilt.status === 'stopped') return { finished: { ...base, status: 'stopped' }, key, components };
  if (rebuilt.status === 'failed') return { finished: { ...base, ...rebuilt }, key, components };
  return { ...resultOf(node.id, rebuilt.status, key, rebuilt.trace, options.expected?.[node.id]), key, components };
}

/** What a node with the result `trace` came to, unless a lock file expects something else. */
function resultOf(
  id: string,
  status: 'executed' | 'cached',
  key: string,
  trace: Trace,
  expected: Readonly<Record<string, string>> | undefined,
): NodeResult {
  const base = { event: 'node.finished', node: id, duration_ms: 0 } as const;
  const failure = unexpectedOutput(trace, expected);
  if (failure) return { finished: { ...base, status: 'failed', failure } };
  const { outputs, metrics, displays } = trace;
  return { finished: { ...base, status, key, outputs, metrics, displays }, trace };
}

function unexpectedOutput(trace: Trace, expected: Readonly<Record<string, string>> | undefined) {
  const port = expected && Object.keys(trace.outputs).find((name) => trace.outputs[name] !== expected[name]);
  if (port === undefined) return undefined;
  return {
    code: 'frozen-output-differs',
    message: `the output ${port} is ${trace.outputs[port]}, and the lock file says ${expected?.[port]}`,
    hint: 'Run without --frozen to accept the new result, or find what made it differ: another device, or other versions.',
  };
}

function countStatuses(nodes: ReadonlyMap<string, NodeResult>): Counts & { readonly stopped: number } {
  const counts = { executed: 0, cached: 0, failed: 0, skipped: 0, stopped: 0 };
  for (const { finished } of nodes.values()) counts[finished.status] += 1;
  return counts;
}
