/** Asking a host again for what may pass: it is overloaded, or the connection broke off. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** Most attempts at one request. */
  readonly attempts: number;
  /** Waits; rejects when the signal is heard. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<unknown>;
}

/** Some 15 s in all. */
export const patience: Patience = {
  attempts: 5,
  wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};

/** Before the second attempt a second, and each time twice as long. */
const firstPause_ms = 1000;

/** What `ask` gives, or its last error. Errors that asking again cannot mend are thrown at once. */
export async function persistently<Value>(
  ask: () => Promise<Value>,
  { attempts, wait }: Patience,
  signal?: AbortSignal,
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt >= attempts || !mayPass(error)) throw error;
      await wait(firstPause_ms * 2 ** (attempt - 1), signal);
    }
  }
}

/** Codes of Node and of its `fetch` for connections that were there and broke, or that took too long. */
const broken = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** A host that cannot be reached at all, or that refuses, gives the same answer a second later. */
function mayPass(error: unknown): boolean {
  const { statusCode, cause } = (error ?? {}) as { readonly statusCode?: number; readonly cause?: { code?: string } };
  if (statusCode !== undefined) return statusCode >= 500 || statusCode === 429 || statusCode === 408;
  return cause?.code !== undefined && broken.has(cause.code);
}
