/** float32 → the types that GGUF files are written in. */
import { narrowBfloat16, narrowFloat16, widenFloat16 } from '../half-precision.js';

export const writableTypes = ['F32', 'F16', 'BF16', 'Q8_0'] as const;
export type WritableType = (typeof writableTypes)[number];

export function quantise(type: WritableType, floats: Float32Array): Uint8Array {
  switch (type) {
    case 'F32':
      return bytesOf(floats);
    case 'F16':
      return bytesOf(narrowFloat16(floats));
    case 'BF16':
      return bytesOf(narrowBfloat16(floats));
    case 'Q8_0':
      return quantiseQ8(floats);
  }
}

function bytesOf(numbers: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/**
 * Blocks of 32: the scale d = max |x| / 127 as binary16, and 32 signed bytes x / d, rounded half away from zero. As
 * ggml's `quantize_row_q8_0_ref`: the bytes come from the scale before it is rounded.
 */
function quantiseQ8(floats: Float32Array): Uint8Array {
  const { fround, abs, sign, floor } = Math;
  const count = floats.length / 32;
  const scales = new Float32Array(count);
  const bytes = new Uint8Array(count * 34);
  for (let block = 0; block < count; block++) {
    let most = 0;
    for (let i = 0; i < 32; i++) most = Math.max(most, abs(floats[block * 32 + i]!));
    const d = fround(most / 127);
    const inverse = d === 0 ? 0 : fround(1 / d);
    scales[block] = d;
    for (let i = 0; i < 32; i++) {
      const x = fround(floats[block * 32 + i]! * inverse);
      bytes[block * 34 + 2 + i] = sign(x) * floor(abs(x) + 0.5);
    }
  }
  const halves = narrowFloat16(scales);
  for (let block = 0; block < count; block++) {
    bytes[block * 34] = halves[block]! & 0xff;
    bytes[block * 34 + 1] = halves[block]! >> 8;
  }
  return bytes;
}

/** Whether a scale is beyond what binary16 holds: the block would come back as infinities. */
export function overflows(type: WritableType, bytes: Uint8Array): boolean {
  if (type === 'F32' || type === 'BF16') return false;
  const stride = type === 'F16' ? 2 : 34;
  const value = new Uint16Array(1);
  for (let at = 0; at < bytes.length; at += stride) {
    value[0] = bytes[at]! | (bytes[at + 1]! << 8);
    if (!Number.isFinite(widenFloat16(value)[0])) return true;
  }
  return false;
}
