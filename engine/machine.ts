/** What this machine has to lease: CPUs, memory, GPU ids. */
import { availableParallelism, totalmem } from 'node:os';
import type { Resources } from './kind.js';

export interface Machine {
  readonly cpus: number;
  readonly memory_mb: number;
  /** Ids as CUDA_VISIBLE_DEVICES spells them. */
  readonly gpus: readonly string[];
}

/** Reads what is there. GPUs are asked for only when `wantGpus` is set, since the driver's tool takes its time. */
export async function inspectMachine(wantGpus: boolean): Promise<Machine> {
  const memoryBytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return {
    cpus: availableParallelism(),
    memory_mb: Math.floor(memoryBytes / 2 ** 20),
    gpus: wantGpus ? await visibleGpus() : [],
  };
}

/** The GPUs that this process may use: those of CUDA_VISIBLE_DEVICES, or else all that the driver lists. */
export async function visibleGpus(): Promise<readonly string[]> {
  const visible = process.env.CUDA_VISIBLE_DEVICES;
  if (visible !== undefined) {
    return visible
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== '' && id !== '-1');
  }
  const { execa } = await import('execa');
  const { stdout, exitCode } = await execa('nvidia-smi', ['--query-gpu=index', '--format=csv,noheader'], {
    reject: false,
    timeout: 10_000,
  });
  return exitCode === 0
    ? stdout
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
    : [];
}

/** What a node gets of this machine: no more CPUs or memory than there are. GPUs are never cut down. */
export function clampResources(wanted: Resources, machine: Machine): Resources & { readonly cpus: number } {
  return {
    cpus: wanted.cpus === 'all' ? machine.cpus : Math.max(1, Math.min(wanted.cpus, machine.cpus)),
    memory_mb: Math.min(wanted.memory_mb, machine.memory_mb),
    gpus: wanted.gpus,
  };
}
