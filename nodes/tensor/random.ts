/**
 * Randomness without a stream: each draw is a function of (seed, purpose, counters, index). A run that is cut off and
 * resumed, or that draws in another order, gets the same numbers.
 */
import { createHash } from 'node:crypto';
import { philox4x32 } from './philox.js';

export interface Random {
  /** The draw of this index: an integer in [0, 2^32). */
  uint32(index: number): number;
  /** The same draw as a number in [0, 1), with 32 random bits. */
  uniform(index: number): number;
  /** A standard normal number, by Box–Muller from the draws 2⌊index/2⌋ and 2⌊index/2⌋ + 1. */
  normal(index: number): number;
  /** The numbers 0 to n − 1 in random order, every order equally likely. */
  permutation(n: number): Uint32Array;
  /** Fills the array with normal(0), normal(1), …, times the standard deviation. */
  fillNormal(values: Float32Array, std: number): void;
}

const twoTo32 = 2 ** 32;

/**
 * `seed` is an integer of at most 64 bits, signed or not; `purpose` says what the draws are for, `counters` at which
 * step, epoch or row. Throws RangeError on any other seed or counter.
 */
export function createRandom(seed: number | bigint, purpose: string, ...counters: number[]): Random {
  const [key0, key1] = keyOf(seed);
  const [stream0, stream1] = streamOf(purpose, counters);
  const block = new Uint32Array(4);
  let blockIndex = -1;

  const uint32 = (index: number): number => {
    const wanted = Math.floor(index / 4);
    if (wanted !== blockIndex) {
      philox4x32(block, [wanted >>> 0, Math.floor(wanted / twoTo32), stream0, stream1], key0, key1);
      blockIndex = wanted;
    }
    return block[index % 4]!;
  };
  const normal = (index: number): number => {
    const first = index - (index % 2);
    // 1 is added because the logarithm wants (0, 1], not [0, 1).
    const radius = Math.sqrt(-2 * Math.log((uint32(first) + 1) / twoTo32));
    const angle = (2 * Math.PI * uint32(first + 1)) / twoTo32;
    return radius * (index % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  };
  return {
    uint32,
    uniform: (index) => uint32(index) / twoTo32,
    normal,
    permutation: (n) => shuffle(n, uint32),
    fillNormal(values, std) {
      for (let i = 0; i < values.length; i++) values[i] = std * normal(i);
    },
  };
}

/** Fisher–Yates. Draws that would make small numbers likelier are skipped. */
function shuffle(n: number, uint32: (index: number) => number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  let index = 0;
  for (let last = n - 1; last > 0; last--) {
    const choices = last + 1;
    const limit = twoTo32 - (twoTo32 % choices);
    let draw = uint32(index++);
    while (draw >= limit) draw = uint32(index++);
    const chosen = draw % choices;
    const moved = order[last]!;
    order[last] = order[chosen]!;
    order[chosen] = moved;
  }
  return order;
}

function keyOf(seed: number | bigint): readonly [number, number] {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new RangeError(`A seed is an integer; above 2^53 it must be a bigint. It is ${seed}.`);
  }
  const exact = BigInt(seed);
  if (exact < -(2n ** 63n) || exact >= 2n ** 64n) throw new RangeError(`A seed has at most 64 bits. It is ${seed}.`);
  const unsigned = BigInt.asUintN(64, exact);
  return [Number(unsigned & 0xffffffffn), Number(unsigned >> 32n)];
}

/** 64 bits of SHA-256, so that no two purposes or counters share a stream. The lengths keep the encoding unambiguous. */
function streamOf(purpose: string, counters: readonly number[]): readonly [number, number] {
  const text = Buffer.from(purpose, 'utf8');
  const bytes = Buffer.alloc(8 + text.length + 8 * counters.length);
  bytes.writeUInt32LE(text.length, 0);
  bytes.writeUInt32LE(counters.length, 4);
  text.copy(bytes, 8);
  counters.forEach((counter, i) => {
    if (!Number.isSafeInteger(counter)) throw new RangeError(`A counter is a safe integer. It is ${counter}.`);
    bytes.writeBigInt64LE(BigInt(counter), 8 + text.length + 8 * i);
  });
  const digest = createHash('sha256').update(bytes).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
