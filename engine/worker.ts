/**
 * The worker's side of a process of its own: one job comes in on standard input, messages go out on file descriptor 3
 * as NDJSON, the outcome last. Standard output and error stay free for whatever native libraries print.
 *
 * When standard input closes, the engine is gone, and so is the worker: no process outlives its run.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openStore } from '../cache/store.js';
import type { NodeMessage } from './event.js';
import type { Job, JobOutcome } from './job.js';
import { parseJson, stringify } from './json.js';
import type { Catalog, Kind } from './kind.js';
import { failureReport, runNode } from './run-node.js';
import { apiSymbol } from './user-code/bundle.js';
import type { Loaded } from './user-code/describe.js';
import { loadAndDescribe } from './user-code/describe-worker.js';
import { loadUserKind } from './user-code/user-kind.js';

export type WorkerLine =
  | NodeMessage
  | { readonly event: 'worker.outcome'; readonly outcome: JobOutcome }
  /** It is about to load a user's module. */
  | { readonly event: 'worker.ready' }
  | { readonly event: 'worker.loaded'; readonly loaded: Loaded };

const eventDescriptor = 3;

/** Serves one job, or describes one module of a user's, and exits. */
export function serveWorker(catalog: Catalog): void {
  (globalThis as Record<symbol, unknown>)[Symbol.for(apiSymbol)] = catalog.userApi.values;
  const stop = new AbortController();
  // Ctrl-C reaches every process of the terminal; only the engine decides who stops, and says so by SIGTERM.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => stop.abort());
  const lines = createInterface({ input: process.stdin });
  lines.once('line', async (line) => {
    const task = parseJson(line) as Job | { readonly describe: string };
    // Places in a user's code are told as they stand in the user's file.
    if ('describe' in task || task.code !== undefined) process.setSourceMapsEnabled(true);
    if ('describe' in task) {
      send({ event: 'worker.ready' });
      send({ event: 'worker.loaded', loaded: await loadAndDescribe(task.describe) });
    } else send({ event: 'worker.outcome', outcome: await work(task, catalog, stop.signal) });
    process.exit(0);
  });
  process.stdin.on('end', () => process.exit(1));
}

async function work(job: Job, catalog: Catalog, signal: AbortSignal): Promise<JobOutcome> {
  let kind: Kind;
  try {
    kind = await kindOf(job, catalog);
  } catch (error) {
    return { status: 'failed', failure: failureReport(error) };
  }
  return runNode(kind, job, () => openStore(job.storeRoot), send, signal);
}

async function kindOf(job: Job, catalog: Catalog): Promise<Kind> {
  const kind = catalog.kinds.get(job.kind);
  if (kind) return kind;
  if (job.code === undefined) throw new Error(`the worker knows no kind ${job.kind}`);
  return loadUserKind(job.kind, job.code);
}

function send(line: WorkerLine): void {
  const bytes = Buffer.from(`${stringify(line)}\n`);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(eventDescriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(1);
      if (code !== 'EAGAIN') throw error;
    }
  }
}
