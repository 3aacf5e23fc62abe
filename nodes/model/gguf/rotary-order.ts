/**
 * The order of the rows of a query or key projection within each head. Rotary positions turn pairs of them: Hugging Face
 * pairs row i with row i + d/2, the original Llama, and so GGUF, row 2i with row 2i + 1.
 */
import type { HostTensor } from '../../tensor/device.js';
import { float32 } from '../../tensor/host-tensor.js';

/** GGUF's order → Hugging Face's: even rows of each head before the odd ones. */
export function separateHalves(tensor: HostTensor, heads: number): HostTensor {
  return reorder(tensor, heads, (row, half) => (row < half ? 2 * row : 2 * (row - half) + 1));
}

/** Hugging Face's order → GGUF's. */
export function interleaveHalves(tensor: HostTensor, heads: number): HostTensor {
  return reorder(tensor, heads, (row, half) => (row % 2 === 0 ? row / 2 : half + (row - 1) / 2));
}

/** `from(row, d/2)` is where a row of the head comes from. */
function reorder({ shape, data }: HostTensor, heads: number, from: (row: number, half: number) => number): HostTensor {
  const [rows, columns] = [shape[0]!, data.length / shape[0]!];
  const headRows = rows / heads;
  const into = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const head = Math.floor(row / headRows) * headRows;
    const source = (head + from(row - head, headRows / 2)) * columns;
    into.set((data as Float32Array).subarray(source, source + columns), row * columns);
  }
  return float32(shape, into);
}
