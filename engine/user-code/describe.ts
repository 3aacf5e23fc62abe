/**
 * Loads a bundle in a process of its own, to learn what it exports: a module may throw, or never come to its end, and none
 * of that may reach the engine.
 */
import { fileURLToPath } from 'node:url';
import { parseJson } from '../json.js';
import type { WorkerLine } from '../worker.js';
import type { Description } from './description.js';

/** How loading went. `stack` has the places in the user's own files. */
export type Loaded =
  | { readonly status: 'described'; readonly description: Description }
  | { readonly status: 'threw'; readonly message: string; readonly stack: string }
  | { readonly status: 'endless' }
  | { readonly status: 'crashed'; readonly message: string };

/** Loading declares; what takes longer does work that belongs into `run`. */
export const loadingLimit_ms = 10_000;

export async function describeBundle(workerEntry: URL, bundle: string, limit_ms = loadingLimit_ms): Promise<Loaded> {
  const { execa } = await import('execa');
  const worker = execa(process.execPath, [fileURLToPath(workerEntry)], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    reject: false,
    cleanup: true,
    timeout: limit_ms,
    killSignal: 'SIGKILL',
    windowsHide: true,
  });
  worker.stdin?.on('error', () => {}); // A worker that died at once: its exit says why.
  worker.stdin?.write(`${JSON.stringify({ describe: bundle })}\n`);
  const { timedOut, stderr, stdio } = await worker;
  if (timedOut) return { status: 'endless' };
  const last = String(stdio[3] ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .at(-1);
  const line = last === undefined ? undefined : (parseJson(last) as WorkerLine);
  if (line?.event === 'worker.loaded') return line.loaded;
  const message = String(stderr ?? '')
    .trim()
    .split('\n')
    .at(-1);
  return { status: 'crashed', message: message || 'the process that loaded it ended' };
}
