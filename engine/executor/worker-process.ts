/**
 * Runs a job in a worker process of its own: its memory, its GPU and its crash are its own. The job goes in on standard
 * input, which stays open for as long as the engine lives; messages come out on file descriptor 3.
 */
import { fileURLToPath } from 'node:url';
import type { ExecaError } from 'execa';
import type { FailureReport, NodeMessage } from '../event.js';
import type { Executor, Job, JobOutcome } from '../job.js';
import { parseJson, stringify } from '../json.js';
import type { Catalog } from '../kind.js';
import type { WorkerLine } from '../worker.js';
import { hugePages } from './huge-pages.js';

/** How long a worker may take to checkpoint after it was asked to leave. */
const graceMs = 4000;

export function workerExecutor(catalog: Catalog): Executor {
  const entry = fileURLToPath(catalog.workerEntry);
  return async (job, emit, signal) => {
    // Imported when there is work: it is a third of all modules, and a run that finds everything cached needs it not.
    const { execa } = await import('execa');
    if (signal.aborted) return { status: 'stopped' };
    const worker = execa(process.execPath, ['--max-old-space-size=8192', entry], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: workerEnvironment(job),
      buffer: false,
      reject: false,
      cleanup: true,
      forceKillAfterDelay: graceMs,
      windowsHide: true,
    });
    const stop = () => worker.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    worker.stdin?.on('error', () => {}); // A worker that died at once: its exit says why.
    worker.stdin?.write(`${stringify(job)}\n`);
    let outcome: JobOutcome | undefined;
    const read = async () => {
      for await (const line of worker.iterable({ from: 'fd3' })) {
        const message = parseJson(String(line)) as WorkerLine;
        if (message.event === 'worker.outcome') outcome = message.outcome;
        else if (message.event !== 'worker.loaded' && message.event !== 'worker.ready') emit(message);
      }
    };
    try {
      const [result] = await Promise.all([
        worker,
        read(),
        forward(worker.iterable({ from: 'stdout' }), 'stdout', emit),
        forward(worker.iterable({ from: 'stderr' }), 'stderr', emit),
      ]);
      if (outcome) return outcome;
      if (signal.aborted) return { status: 'stopped' };
      return { status: 'failed', failure: describeExit(result as Partial<ExecaError>) };
    } finally {
      signal.removeEventListener('abort', stop);
    }
  };
}

async function forward(
  lines: AsyncIterable<unknown>,
  stream: 'stdout' | 'stderr',
  emit: (message: NodeMessage) => void,
): Promise<void> {
  for await (const line of lines) emit({ event: 'node.output', stream, text: String(line) });
}

function workerEnvironment(job: Job): Record<string, string> {
  return {
    ...(job.gpus.length > 0 ? { CUDA_VISIBLE_DEVICES: job.gpus.join(',') } : {}),
    OMP_NUM_THREADS: String(job.threads),
    RAYON_NUM_THREADS: String(job.threads),
    TF_CPP_MIN_LOG_LEVEL: '2',
    ...hugePages(process.env),
  };
}

/** A worker that ended without an outcome: killed, or crashed in native code. */
function describeExit({ signal, exitCode, originalMessage }: Partial<ExecaError>): FailureReport {
  if (signal === 'SIGKILL') {
    return {
      code: 'worker-killed',
      message: 'the worker process was killed (SIGKILL), most likely by the kernel because memory ran out',
      hint: 'Use a smaller batch, sequence length or model, or give the machine more memory; then run again. What was finished is kept.',
    };
  }
  if (signal) return { code: 'worker-crashed', message: `the worker process crashed (${signal})` };
  return {
    code: 'worker-crashed',
    message: `the worker process ended with exit code ${exitCode ?? 'unknown'} and no result${originalMessage ? `: ${originalMessage}` : ''}`,
  };
}
