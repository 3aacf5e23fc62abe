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

/** How long after the process is there. Loading declares; what takes longer does work that belongs into `run`. */
export const loadingLimit_ms = 20_000;

export async function describeBundle(workerEntry: URL, bundle: string, limit_ms = loadingLimit_ms): Promise<Loaded> {
  const { execa } = await import('execa');
  const worker = execa(process.execPath, [fileURLToPath(workerEntry)], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    reject: false,
    cleanup: true,
    windowsHide: true,
  });
  worker.stdin?.on('error', () => {}); // A worker that died at once: its exit says why.
  worker.stdin?.write(`${JSON.stringify({ describe: bundle })}\n`);
  let loaded: Loaded | undefined;
  let limit: NodeJS.Timeout | undefined;
  const isOver = () => {
    loaded = { status: 'endless' };
    worker.kill('SIGKILL');
  };
  for await (const text of worker.iterable({ from: 'fd3' })) {
    const line = parseJson(String(text)) as WorkerLine;
    // On a busy machine it takes its time until the process is there; that is no fault of the module.
    if (line.event === 'worker.ready') limit = setTimeout(isOver, limit_ms);
    if (line.event === 'worker.loaded') loaded = line.loaded;
  }
  clearTimeout(limit);
  const { stderr } = await worker;
  if (loaded) return loaded;
  const message = String(stderr ?? '')
    .trim()
    .split('\n')
    .at(-1);
  return { status: 'crashed', message: message || 'the process that loaded it ended' };
}
