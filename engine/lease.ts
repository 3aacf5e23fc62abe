/**
 * Leases of a machine's CPUs, memory and GPU ids. Requests are granted in order of priority, and one that does not fit
 * yet holds back those behind it, so that a large node is never starved by small ones.
 */
import type { Resources } from './kind.js';
import type { Machine } from './machine.js';

export interface Lease {
  readonly cpus: number;
  readonly memory_mb: number;
  readonly gpus: readonly string[];
}

export interface LeasePool {
  /**
   * Waits for its turn. `priority`: lower goes first. Resolves to `undefined` when `signal` is aborted first.
   * Precondition: `resources` fit the whole machine.
   */
  acquire(resources: Demand, priority: number, signal: AbortSignal): Promise<Lease | undefined>;
  release(lease: Lease): void;
}

/** What a node takes, cut down to what this machine has. */
type Demand = Resources & { readonly cpus: number };

interface Request {
  readonly resources: Demand;
  readonly priority: number;
}

/**
 * Splits `free` into the leases that can be granted now, in order, and what is left. `queue` is sorted by priority, and
 * what is granted is its beginning. Pure.
 */
export function grantLeases<R extends Request>(
  free: Machine,
  queue: readonly R[],
): { readonly granted: readonly { readonly request: R; readonly lease: Lease }[]; readonly free: Machine } {
  const granted: { request: R; lease: Lease }[] = [];
  let left = free;
  for (const request of queue) {
    const { cpus, memory_mb, gpus } = request.resources;
    if (cpus > left.cpus || memory_mb > left.memory_mb || gpus > left.gpus.length) break;
    granted.push({ request, lease: { cpus, memory_mb, gpus: left.gpus.slice(0, gpus) } });
    left = { cpus: left.cpus - cpus, memory_mb: left.memory_mb - memory_mb, gpus: left.gpus.slice(gpus) };
  }
  return { granted, free: left };
}

export function createLeasePool(machine: Machine): LeasePool {
  let free = machine;
  let queue: (Request & { resolve(lease: Lease | undefined): void })[] = [];
  let scheduled = false;
  const grant = () => {
    scheduled = false;
    const { granted, free: left } = grantLeases(free, queue);
    free = left;
    queue.splice(0, granted.length);
    for (const { request, lease } of granted) request.resolve(lease);
  };
  return {
    acquire(resources, priority, signal) {
      if (signal.aborted) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const leave = () => {
          queue = queue.filter((other) => other !== request);
          resolve(undefined);
          grant();
        };
        const request = {
          resources,
          priority,
          resolve(lease: Lease | undefined) {
            signal.removeEventListener('abort', leave);
            resolve(lease);
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        queue.splice(placeOf(request.priority, queue), 0, request);
        // Wait for the whole burst of requests, so that priority decides and not the order of promises.
        if (!scheduled) setImmediate(grant);
        scheduled = true;
      });
    },
    release(lease) {
      free = {
        cpus: free.cpus + lease.cpus,
        memory_mb: free.memory_mb + lease.memory_mb,
        gpus: [...free.gpus, ...lease.gpus].sort(),
      };
      grant();
    },
  };
}

/** Behind all requests of the same priority or a lower one. */
function placeOf(priority: number, queue: readonly Request[]): number {
  let [low, high] = [0, queue.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (queue[middle]!.priority <= priority) low = middle + 1;
    else high = middle;
  }
  return low;
}
