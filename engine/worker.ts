/**
 * The worker's side of a process of its own: one job comes in on standard input, messages go out on file descriptor 3
 * as NDJSON, the outcome last. Standard output and error stay free for whatever native libraries print.
 *
 * When standard input closes, the engine is gone, and so is the worker: no process outlives its run.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { NodeMessage } from './event.js';
import type { Job, JobOutcome } from './job.js';
import { parseJson, stringify } from './json.js';
import type { Catalog } from './kind.js';
import { runNode } from './run-node.js';

export type WorkerLine = NodeMessage | { readonly event: 'worker.outcome'; readonly outcome: JobOutcome };

const eventDescriptor = 3;

/** Serves one job and exits. */
export function serveWorker(catalog: Catalog): void {
  const stop = new AbortController();
  // Ctrl-C reaches every process of the terminal; only the engine decides who stops, and says so by SIGTERM.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => stop.abort());
  const lines = createInterface({ input: process.stdin });
  lines.once('line', async (line) => {
    const job = parseJson(line) as Job;
    const kind = catalog.kinds.get(job.kind);
    if (!kind) throw new Error(`the worker knows no kind ${job.kind}`);
    const outcome = await runNode(kind, job, send, stop.signal);
    send({ event: 'worker.outcome', outcome });
    process.exit(0);
  });
  process.stdin.on('end', () => process.exit(1));
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
