/** Long texts seen through a window that moves over them. */
import { ignoredLabel } from '../loss/cross-entropy.js';
import type { Example } from '../train/example.js';

/**
 * Windows of at most `length` tokens, `stride` ≤ `length` apart, over a sequence of token ids. Every token but the first
 * is a target exactly once: in the first window that reaches it.
 */
export function slidingWindows(sequence: readonly number[], length: number, stride: number): Example[] {
  const windows: Example[] = [];
  const places = sequence.length - 1;
  let scored = 0;
  for (let start = 0; scored < places; start += stride) {
    const end = Math.min(start + length, places);
    const done = scored;
    windows.push({
      ids: sequence.slice(start, end),
      targets: sequence.slice(start + 1, end + 1).map((id, offset) => (start + offset < done ? ignoredLabel : id)),
    });
    scored = end;
  }
  return windows;
}
