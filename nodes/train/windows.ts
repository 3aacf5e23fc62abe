/** The batches of each update. Gradients are accumulated over a window of them, so that a large batch needs little memory. */
import type { Batch, Batches } from './batches.js';

export interface Windows {
  /** Updates of an epoch. */
  readonly perEpoch: number;
  /** All the windows of an epoch, from 0, in their order; none is empty, the last one may be shorter. */
  epoch(epoch: number): Iterable<readonly Batch[]>;
}

/** Windows of `size` batches that stay within an epoch. */
export function windowsOf(batches: Batches, size: number): Windows {
  return {
    perEpoch: Math.ceil(batches.perEpoch / size),
    *epoch(epoch) {
      let window: Batch[] = [];
      for (const batch of batches.epoch(epoch)) {
        window.push(batch);
        if (window.length < size) continue;
        yield window;
        window = [];
      }
      if (window.length > 0) yield window;
    },
  };
}

/** The windows of the updates from `step` on, epoch after epoch. */
export function* windowsFrom(windows: Windows, step: number, totalSteps: number): Generator<readonly Batch[]> {
  let next = step - (step % windows.perEpoch);
  for (let epoch = next / windows.perEpoch; next < totalSteps; epoch++) {
    for (const window of windows.epoch(epoch)) {
      if (next >= totalSteps) return;
      if (next++ >= step) yield window;
    }
  }
}
