/**
 * Runs one job of a kind: builds the context that `run` sees, and turns whatever comes out into a `JobOutcome`.
 * Used by both executors, so a kind sees the same world in the engine's process and in a worker.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Digest } from '../cache/digest.js';
import { digestForm } from '../cache/digest.js';
import type { Store } from '../cache/store.js';
import { StoreError, systemCode } from '../cache/store-error.js';
import type { FailureReport, NodeMessage } from './event.js';
import { Failure, Stopped } from './failure.js';
import type { Job, JobOutcome } from './job.js';
import type { Artifact, ArtifactType, Kind, RunContext } from './kind.js';

export async function runNode(
  kind: Kind,
  job: Job,
  openStore: () => Promise<Store>,
  emit: (message: NodeMessage) => void,
  signal: AbortSignal,
): Promise<JobOutcome> {
  try {
    const store = await openStore();
    await mkdir(job.scratch, { recursive: true });
    for (const path of Object.values(job.outputs)) await mkdir(dirname(path), { recursive: true });
    const { run } = await kind.load();
    const { metrics = {} } = await run(createContext(kind, job, store, emit, signal));
    checkResult(kind, job, metrics);
    return { status: 'done', metrics };
  } catch (error) {
    if (error instanceof Stopped) return { status: 'stopped' };
    return { status: 'failed', failure: failureReport(error) };
  }
}

/**
 * Describes an error: a `Failure` by its code, a full disk by name, what the store or the file system has against it as
 * they say it, anything else as a bug with its stack.
 */
export function failureReport(error: unknown): FailureReport {
  if (error instanceof Failure) {
    return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'disk-full' || code === 'EDQUOT') {
    return {
      code: 'disk-full',
      message: `no space is left on the disk: ${message}`,
      hint: 'Free some space and run again; what was finished is kept.',
    };
  }
  if (error instanceof StoreError) return { code: error.code, message: error.message, hint: error.hint };
  if (systemCode(error) !== undefined) return { code: 'file-system', message };
  return {
    code: 'internal-error',
    message: message ?? String(error),
    hint: 'This is a bug in the kind that ran, or in Lapidary. Please report it with the stack below.',
    ...(stack === undefined ? {} : { stack }),
  };
}

function createContext(
  kind: Kind,
  job: Job,
  store: Store,
  emit: (message: NodeMessage) => void,
  signal: AbortSignal,
): RunContext<unknown> {
  const inputs = (port: string): Artifact[] => {
    if (!(port in kind.inputs || port in job.inputs))
      throw new Error(`${kind.name} reads an input port that it does not declare: ${port}`);
    return (job.inputs[port] ?? []).map(({ type, digest }) => openArtifact(type, digest, store));
  };
  return {
    config: job.config,
    wired: Object.keys(job.inputs),
    inputs,
    optionalInput: (port) => inputs(port)[0],
    input(port) {
      const artifact = inputs(port)[0];
      if (!artifact) throw new Error(`${kind.name} has nothing at its input port ${port}`);
      return artifact;
    },
    sources: job.sources,
    output(port) {
      const path = job.outputs[port];
      if (path === undefined) throw new Error(`${kind.name} writes an output port that it does not declare: ${port}`);
      return path;
    },
    userFunction: () => loadUserFunction(job),
    scratch: job.scratch,
    signal,
    device: job.device,
    threads: job.threads,
    environment: (facts) => emit({ event: 'node.environment', facts }),
    progress: (progress) => emit({ event: 'node.progress', ...progress }),
    log: (step, values) => emit({ event: 'node.log', step, values }),
    count: (reason, rows) => {
      if (rows > 0) emit({ event: 'node.count', reason, rows });
    },
    warn: (message) => emit({ event: 'node.warning', message }),
    display: (title, text) => emit({ event: 'node.display', title, text }),
  };
}

async function loadUserFunction({ code, kind }: Job): Promise<(...values: never[]) => unknown> {
  if (code === undefined) throw new Error(`${kind} has no function of a user's`);
  return ((await import(pathToFileURL(code).href)) as { default: (...values: never[]) => unknown }).default;
}

/** Content of the store as a node sees it. */
export function openArtifact(type: ArtifactType, digest: Digest, store: Store): Artifact {
  if (digestForm(digest) === 'file') {
    return {
      type,
      digest,
      entries: () => [],
      path(entry) {
        if (entry !== undefined) throw new Failure('no-such-entry', `the ${type} is a file and has no entry ${entry}`);
        return store.fileOf(digest);
      },
    };
  }
  const files = new Map(
    store.readTreeSync(digest).flatMap((entry) => ('digest' in entry ? [[entry.path, entry.digest]] : [])),
  );
  return {
    type,
    digest,
    entries: () => [...files.keys()],
    path(entry) {
      const found = entry === undefined ? undefined : files.get(entry);
      if (found === undefined) {
        throw new Failure(
          'no-such-entry',
          `the ${type} has no file ${entry ?? '(a name is needed)'}`,
          `It has ${[...files.keys()].join(', ')}.`,
        );
      }
      return store.fileOf(found);
    },
  };
}

/** No silent success: every declared output is there, and every metric is a number. */
function checkResult(kind: Kind, job: Job, metrics: Readonly<Record<string, number>>): void {
  for (const [port, path] of Object.entries(job.outputs)) {
    if (!existsSync(path)) throw new Error(`${kind.name} did not write its output ${port}`);
  }
  for (const [name, value] of Object.entries(metrics)) {
    if (!Number.isFinite(value)) throw new Failure('metric-not-finite', `the metric ${name} is ${value}`);
  }
}
