/**
 * XXH64 with seed 0 (Yann Collet, xxHash specification 0.1.1), in a stream: the checksum of Zstandard frames. The long
 * loop computes in halves of 32 bits, since BigInt is some fifty times slower; the end, once a frame, is BigInt.
 */

const prime1 = 0x9e3779b185ebca87n;
const prime2 = 0xc2b2ae3d27d4eb4fn;
const prime3 = 0x165667b19e3779f9n;
const prime4 = 0x85ebca77c2b2ae63n;
const prime5 = 0x27d4eb2f165667c5n;

const stripeBytes = 32;

export interface Xxh64 {
  update(bytes: Buffer): void;
  /** The hash of all bytes so far. */
  digest(): bigint;
}

export function createXxh64(): Xxh64 {
  // Four accumulators, each a low and a high half.
  const state = new Uint32Array(8);
  [prime1 + prime2, prime2, 0n, -prime1].forEach((start, lane) => {
    state[2 * lane] = Number(BigInt.asUintN(32, start));
    state[2 * lane + 1] = Number(BigInt.asUintN(32, start >> 32n));
  });
  let rest: Buffer = Buffer.alloc(0);
  let length = 0;
  return {
    update(bytes) {
      length += bytes.length;
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const end = all.length - (all.length % stripeBytes);
      mixStripes(state, all, end);
      rest = Buffer.from(all.subarray(end));
    },
    digest: () => finish(state, length, rest),
  };
}

/** For each lane: acc = rotl(acc + word × prime2, 31) × prime1. */
function mixStripes(state: Uint32Array, bytes: Buffer, end: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < end; offset += 8) {
    const lane = (offset >>> 2) & 6;
    const wordLow = view.getUint32(offset, true);
    const wordHigh = view.getUint32(offset + 4, true);
    const low = state[lane]! + (Math.imul(wordLow, 0x27d4eb4f) >>> 0);
    const carry = low > 0xffffffff ? 1 : 0;
    const productHigh =
      highWord(wordLow, 0x27d4eb4f) + Math.imul(wordHigh, 0x27d4eb4f) + Math.imul(wordLow, 0xc2b2ae3d);
    const high = state[lane + 1]! + productHigh + carry;
    const turnedLow = ((low << 31) | ((high >>> 0) >>> 1)) >>> 0;
    const turnedHigh = ((high << 31) | ((low >>> 0) >>> 1)) >>> 0;
    state[lane] = Math.imul(turnedLow, 0x85ebca87);
    state[lane + 1] =
      highWord(turnedLow, 0x85ebca87) + Math.imul(turnedHigh, 0x85ebca87) + Math.imul(turnedLow, 0x9e3779b1);
  }
}

/** The upper 32 bits of the product of two unsigned 32-bit numbers, by halves that stay below 2^53. */
function highWord(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const middle = aHigh * (b & 0xffff) + Math.floor((aLow * (b & 0xffff)) / 0x10000);
  return aHigh * (b >>> 16) + Math.floor((aLow * (b >>> 16) + middle) / 0x10000);
}

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: bigint): bigint => wrap((value << bits) | (value >> (64n - bits)));
const mix = (word: bigint): bigint => wrap(rotate(wrap(word * prime2), 31n) * prime1);

function finish(state: Uint32Array, length: number, rest: Buffer): bigint {
  let hash = prime5;
  if (length >= stripeBytes) {
    const lanes = [0, 1, 2, 3].map((lane) => BigInt(state[2 * lane]!) | (BigInt(state[2 * lane + 1]!) << 32n));
    hash = lanes.reduce((sum, acc, lane) => wrap(sum + rotate(acc, [1n, 7n, 12n, 18n][lane]!)), 0n);
    for (const acc of lanes) hash = wrap((hash ^ mix(acc)) * prime1 + prime4);
  }
  hash = wrap(hash + BigInt(length));
  let offset = 0;
  for (; offset + 8 <= rest.length; offset += 8) {
    hash = wrap(rotate(hash ^ mix(rest.readBigUInt64LE(offset)), 27n) * prime1 + prime4);
  }
  if (offset + 4 <= rest.length) {
    hash = wrap(rotate(hash ^ wrap(BigInt(rest.readUInt32LE(offset)) * prime1), 23n) * prime2 + prime3);
    offset += 4;
  }
  for (; offset < rest.length; offset++) hash = wrap(rotate(hash ^ wrap(BigInt(rest[offset]!) * prime5), 11n) * prime1);
  hash = wrap((hash ^ (hash >> 33n)) * prime2);
  hash = wrap((hash ^ (hash >> 29n)) * prime3);
  return hash ^ (hash >> 32n);
}
