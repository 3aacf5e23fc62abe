/**
 * Blocks of a GGUF file → float32. Each layout is one of ggml's (ggml-common.h, ggml-quants.c); `d` is the scale of a
 * block and `m` what is added to it, both binary16. Every product is rounded to float32 as ggml rounds it.
 */
import { float16Table, widenBfloat16, widenFloat16 } from '../half-precision.js';

/** Writes the numbers of the block that begins at `bytes[at]` to `into[to]` and on. */
type ReadBlock = (bytes: Uint8Array, at: number, into: Float32Array, to: number) => void;

const { fround } = Math;
const half = (bytes: Uint8Array, at: number): number => float16Table()[bytes[at]! | (bytes[at + 1]! << 8)]!;
const signed = (byte: number): number => (byte << 24) >> 24;

/** Two numbers of 4 bits a byte, the low ones first: 16 and then 16 more. `highBits` are the fifth bits, where there are. */
function nibbles(qs: number, highBits?: number) {
  return (bytes: Uint8Array, at: number, i: number): number => {
    const byte = bytes[at + qs + (i & 15)]!;
    const low = i < 16 ? byte & 15 : byte >> 4;
    return highBits === undefined ? low : low | (((bytes[at + highBits + (i >> 3)]! >> (i & 7)) & 1) << 4);
  };
}

/** (q − offset) · d, or q · d + m. */
function legacy(quant: ReturnType<typeof nibbles>, offset: number | 'm'): ReadBlock {
  return (bytes, at, into, to) => {
    const d = half(bytes, at);
    const m = offset === 'm' ? half(bytes, at + 2) : 0;
    const zero = offset === 'm' ? 0 : offset;
    for (let i = 0; i < 32; i++) into[to + i] = fround(d * (quant(bytes, at, i) - zero)) + m;
  };
}

const q8_0: ReadBlock = (bytes, at, into, to) => {
  const d = half(bytes, at);
  for (let i = 0; i < 32; i++) into[to + i] = d * signed(bytes[at + 2 + i]!);
};

/** Eight scales and eight minima of 6 bits each, packed into 12 bytes; those of the last four are spread. */
function scaleAndMin(bytes: Uint8Array, at: number, j: number): [number, number] {
  if (j < 4) return [bytes[at + j]! & 63, bytes[at + j + 4]! & 63];
  const shared = bytes[at + j + 4]!;
  return [(shared & 15) | ((bytes[at + j - 4]! >> 6) << 4), (shared >> 4) | ((bytes[at + j]! >> 6) << 4)];
}

/** d, d of the minima, 12 bytes of scales, for Q5_K 32 bytes of fifth bits, and 128 bytes of nibbles. */
function kBlock(fifthBits: boolean): ReadBlock {
  const highBits = 16;
  const qs = fifthBits ? 48 : 16;
  return (bytes, at, into, to) => {
    const d = half(bytes, at);
    const dMin = half(bytes, at + 2);
    for (let j = 0; j < 8; j++) {
      const [scale, min] = scaleAndMin(bytes, at + 4, j);
      const factor = fround(d * scale);
      const less = fround(dMin * min);
      const from = at + qs + (j >> 1) * 32;
      for (let i = 0; i < 32; i++) {
        const low = j & 1 ? bytes[from + i]! >> 4 : bytes[from + i]! & 15;
        const q = fifthBits ? low | (((bytes[at + highBits + i]! >> j) & 1) << 4) : low;
        into[to + j * 32 + i] = fround(factor * q) - less;
      }
    }
  };
}

/** 128 bytes of low nibbles, 64 of upper pairs of bits, 16 scales, d. */
const q6_K: ReadBlock = (bytes, at, into, to) => {
  const d = half(bytes, at + 208);
  for (let i = 0; i < 256; i++) {
    const part = i >> 7;
    const quarter = (i >> 5) & 3;
    const low = bytes[at + part * 64 + (quarter & 1) * 32 + (i & 31)]!;
    const high = (bytes[at + 128 + part * 32 + (i & 31)]! >> (2 * quarter)) & 3;
    const q = ((quarter < 2 ? low & 15 : low >> 4) | (high << 4)) - 32;
    into[to + i] = fround(d * signed(bytes[at + 192 + (i >> 4)]!)) * q;
  }
};

const blocks: Readonly<Record<string, ReadBlock>> = {
  Q4_0: legacy(nibbles(2), 8),
  Q4_1: legacy(nibbles(4), 'm'),
  Q5_0: legacy(nibbles(6, 2), 16),
  Q5_1: legacy(nibbles(8, 4), 'm'),
  Q8_0: q8_0,
  Q4_K: kBlock(false),
  Q5_K: kBlock(true),
  Q6_K: q6_K,
};

/** Names of the types that `dequantise` reads. */
export const readableTypes: readonly string[] = ['F32', 'F16', 'BF16', ...Object.keys(blocks)];

/** `bytes` are whole blocks; `type` is one of `readableTypes`. */
export function dequantise(
  { name, blockSize, blockBytes }: { readonly name: string; readonly blockSize: number; readonly blockBytes: number },
  bytes: Uint8Array<ArrayBuffer>,
): Float32Array {
  if (name === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const halves = () => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  if (name === 'F16') return widenFloat16(halves());
  if (name === 'BF16') return widenBfloat16(halves());
  const readBlock = blocks[name];
  if (!readBlock) throw new TypeError(`${name} cannot be read.`);
  const count = bytes.length / blockBytes;
  const into = new Float32Array(count * blockSize);
  for (let block = 0; block < count; block++) readBlock(bytes, block * blockBytes, into, block * blockSize);
  return into;
}
