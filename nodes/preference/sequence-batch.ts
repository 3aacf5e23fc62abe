/** Token sequences as the tensors that a step reads. */
import { ignoredLabel } from '../loss/cross-entropy.js';
import type { HostTensor } from '../tensor/device.js';
import { int32 } from '../tensor/host-tensor.js';
import type { Example } from '../train/example.js';

/**
 * `ids` and `targets`, int32 `[rows, length]`. A row that is `undefined` only fills the batch. No example is longer than
 * `length`; padding stands to the right and is never supervised.
 */
export function sequenceBatch(
  rows: readonly (Example | undefined)[],
  length: number,
  padId: number,
): { readonly ids: HostTensor; readonly targets: HostTensor; readonly tokens: number } {
  const ids = new Int32Array(rows.length * length).fill(padId);
  const targets = new Int32Array(rows.length * length).fill(ignoredLabel);
  let tokens = 0;
  for (const [row, example] of rows.entries()) {
    if (!example) continue;
    ids.set(example.ids, row * length);
    targets.set(example.targets, row * length);
    tokens += example.ids.length;
  }
  const shape = [rows.length, length];
  return { ids: int32(shape, ids), targets: int32(shape, targets), tokens };
}

/** The items, and `undefined` until there are `size`. */
export function filled<Item>(items: readonly Item[], size: number): (Item | undefined)[] {
  return Array.from({ length: size }, (_, index) => items[index]);
}
