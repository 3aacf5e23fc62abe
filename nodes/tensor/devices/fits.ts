/** Whether a program will fit into the memory of this machine: said before it runs, since an operating system only kills. */
import { totalmem } from 'node:os';
import { Failure } from '../../../engine/failure.js';

/** The memory that this process may take, in bytes: the machine's, or less where a container limits it. */
export function memoryLimit(): number {
  // Node.js 20 has it; without a limit it is 0 or more than any machine has.
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Throws `Failure` `not-enough-memory` where a program that would take `needed` bytes in all has not so many. */
export function assertFits(label: string, needed: number, limit: number): void {
  if (needed <= limit) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new Failure(
    'not-enough-memory',
    `Program '${label}' would take about ${gigabytes(needed)} GB of memory, and there are ${gigabytes(limit)} GB.`,
    'Make batches smaller (per_device_train_batch_size, with gradient_accumulation_steps to make up for it) or shorter ' +
      '(max_length), set gradient_checkpointing: true, or train an adapter.',
  );
}
