/** 16-bit floating point numbers: widened exactly, since each is a float32, and narrowed to the nearest, ties to even. */

/** bfloat16 is the upper half of a float32. */
export function widenBfloat16(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
  return new Float32Array(words.buffer);
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent, 10 of fraction. */
export function widenFloat16(halves: Uint16Array): Float32Array {
  const table = float16Table();
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = table[halves[i]!]!;
  return floats;
}

/** The value of every binary16, by its bits. */
export function float16Table(): Float32Array {
  madeTable ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => float16(bits));
  return madeTable;
}
let madeTable: Float32Array | undefined;

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** What is beyond the largest bfloat16 becomes infinite; a NaN stays one. */
export function narrowBfloat16(floats: Float32Array): Uint16Array {
  const words = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    // Half of the last place less one, and one more where the last place is odd: ties go to the even neighbour.
    halves[i] = (word & 0x7fffffff) > 0x7f800000 ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return halves;
}

/** What is beyond 65 504 by half a place becomes infinite; a NaN stays one. */
export function narrowFloat16(floats: Float32Array): Uint16Array {
  const words = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < words.length; i++) halves[i] = float16Bits(words[i]!);
  return halves;
}

function float16Bits(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // Halfway from 65 504 to 65 536, and all above.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // At least 2^-14: the exponent is biased by 15 instead of 127, and 13 bits of the fraction are rounded away.
  if (magnitude >= 0x38800000) return sign | roundShift(magnitude - 0x38000000, 13);
  // Up to half of the least subnormal.
  if (magnitude <= 0x33000000) return sign;
  const exponent = magnitude >>> 23;
  return sign | roundShift((magnitude & 0x7fffff) | 0x800000, 126 - exponent);
}

/** value / 2^bits, rounded to the nearest, ties to even. */
function roundShift(value: number, bits: number): number {
  const odd = (value >>> bits) & 1;
  return (value + (1 << (bits - 1)) - 1 + odd) >>> bits;
}
