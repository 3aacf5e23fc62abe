/**
 * The header of a GGUF file: metadata as typed keys and values, and where each tensor lies.
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 *
 * Pure: bytes in, header out. Every length that the file claims is held against its size before anything is made of it.
 */
import { type TensorType, tensorTypes } from './tensor-types.js';

export type GgufValue = number | bigint | boolean | string | readonly GgufValue[];

export interface GgufTensor {
  readonly type: TensorType;
  /** As everywhere else, the slowest axis first; the file has them the other way round. */
  readonly shape: readonly number[];
  /** Byte range in the file, half-open. */
  readonly start: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** What is wrong with a file, as the end of a sentence. */
export class GgufProblem extends Error {}

/** The header does not end within the bytes given, and the file has more. */
export class MoreBytesNeeded extends Error {}

const limits = { keyBytes: 65_535, nameBytes: 1024, dimensions: 4, depth: 4 } as const;

/** Parses the header from `head`, the first bytes of a file of `fileBytes`. Throws `GgufProblem`, `MoreBytesNeeded`. */
export function parseGgufHeader(head: Buffer, fileBytes: number): GgufHeader {
  const cursor = createCursor(head, fileBytes);
  const magic = cursor.bytes(4, 'its first four bytes').toString('latin1');
  if (magic !== 'GGUF') throw new GgufProblem('it does not begin with GGUF');
  const version = cursor.uint32();
  if (version !== 2 && version !== 3) {
    const swapped = version > 0xffff ? ', or its bytes are in the order of another machine' : '';
    throw new GgufProblem(`it has version ${version}; 2 and 3 can be read${swapped}`);
  }
  const tensorCount = cursor.count(24, 'tensors');
  const valueCount = cursor.count(13, 'values');
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < valueCount; i++) {
    const key = cursor.string(limits.keyBytes, 'a key');
    if (metadata.has(key)) throw new GgufProblem(`it has the key ${key} twice`);
    metadata.set(key, readValue(cursor, cursor.uint32(), key, 0));
  }
  const entries = Array.from({ length: tensorCount }, () => readTensor(cursor));
  const alignment = metadata.get('general.alignment') ?? 32;
  if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1 || alignment > 2 ** 20) {
    throw new GgufProblem(`its alignment is ${alignment}`);
  }
  return { metadata, tensors: place(entries, cursor.position(), alignment, fileBytes) };
}

interface Cursor {
  position(): number;
  bytes(length: number, what: string): Buffer;
  uint32(): number;
  uint64(): bigint;
  string(maxBytes: number, what: string): string;
  /** A number of things that take at least `bytesOfOne` each. */
  count(bytesOfOne: number, what: string): number;
}

function createCursor(head: Buffer, fileBytes: number): Cursor {
  let at = 0;
  const bytes = (length: number, what: string): Buffer => {
    if (length > fileBytes - at) {
      throw new GgufProblem(`${what} claims ${length} bytes at byte ${at}, and the file has ${fileBytes}`);
    }
    if (at + length > head.length) throw new MoreBytesNeeded();
    at += length;
    return head.subarray(at - length, at);
  };
  const uint64 = () => bytes(8, 'a number').readBigUInt64LE();
  const length = (what: string): number => {
    const claimed = uint64();
    if (claimed > BigInt(fileBytes)) {
      throw new GgufProblem(`${what} claims a length of ${claimed}, and the file has ${fileBytes} bytes`);
    }
    return Number(claimed);
  };
  return {
    position: () => at,
    bytes,
    uint64,
    uint32: () => bytes(4, 'a number').readUInt32LE(),
    string(maxBytes, what) {
      const size = length(what);
      if (size > maxBytes) throw new GgufProblem(`${what} has ${size} bytes`);
      return bytes(size, what).toString('utf8');
    },
    count(bytesOfOne, what) {
      const claimed = uint64();
      if (claimed * BigInt(bytesOfOne) > BigInt(fileBytes - at)) {
        throw new GgufProblem(`it claims ${claimed} ${what}, for which it is too short`);
      }
      return Number(claimed);
    },
  };
}

interface Scalar {
  readonly bytes: number;
  readonly read: (buffer: Buffer) => number | bigint | boolean;
}

const scalars: Readonly<Record<number, Scalar>> = {
  0: { bytes: 1, read: (b) => b.readUInt8() },
  1: { bytes: 1, read: (b) => b.readInt8() },
  2: { bytes: 2, read: (b) => b.readUInt16LE() },
  3: { bytes: 2, read: (b) => b.readInt16LE() },
  4: { bytes: 4, read: (b) => b.readUInt32LE() },
  5: { bytes: 4, read: (b) => b.readInt32LE() },
  6: { bytes: 4, read: (b) => b.readFloatLE() },
  7: { bytes: 1, read: (b) => b.readUInt8() !== 0 },
  10: { bytes: 8, read: (b) => narrowed(b.readBigUInt64LE()) },
  11: { bytes: 8, read: (b) => narrowed(b.readBigInt64LE()) },
  12: { bytes: 8, read: (b) => b.readDoubleLE() },
};
const stringType = 8;
const arrayType = 9;

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function readValue(cursor: Cursor, type: number, key: string, depth: number): GgufValue {
  if (type === stringType) return cursor.string(Number.POSITIVE_INFINITY, `the value of ${key}`);
  if (type === arrayType) {
    if (depth === limits.depth) throw new GgufProblem(`the value of ${key} nests arrays ${depth} deep`);
    const elementType = cursor.uint32();
    const least = elementType === stringType ? 8 : elementType === arrayType ? 12 : scalarOf(elementType, key).bytes;
    const count = cursor.count(least, `elements of ${key}`);
    return Array.from({ length: count }, () => readValue(cursor, elementType, key, depth + 1));
  }
  const scalar = scalarOf(type, key);
  return scalar.read(cursor.bytes(scalar.bytes, `the value of ${key}`));
}

function scalarOf(type: number, key: string): Scalar {
  const scalar = Object.hasOwn(scalars, type) ? scalars[type] : undefined;
  if (!scalar) throw new GgufProblem(`the value of ${key} has the unknown type ${type}`);
  return scalar;
}

interface Entry {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly offset: bigint;
}

function readTensor(cursor: Cursor): Entry {
  const name = cursor.string(limits.nameBytes, 'the name of a tensor');
  const dimensions = cursor.uint32();
  if (dimensions > limits.dimensions) throw new GgufProblem(`tensor ${name} has ${dimensions} dimensions`);
  const sizes = Array.from({ length: dimensions }, () => cursor.uint64());
  const number = cursor.uint32();
  const type = tensorTypes.get(number);
  if (!type) throw new GgufProblem(`tensor ${name} has the unknown type ${number}`);
  const shape = sizes.map(Number).reverse();
  const elements = sizes.reduce((product, size) => product * size, 1n);
  if (elements > BigInt(Number.MAX_SAFE_INTEGER)) throw new GgufProblem(`tensor ${name} has ${elements} numbers`);
  if ((shape.at(-1) ?? 1) % type.blockSize !== 0) {
    throw new GgufProblem(`tensor ${name} [${shape}] of ${type.name} has rows that are no whole blocks`);
  }
  return { name, type, shape, bytes: (Number(elements) / type.blockSize) * type.blockBytes, offset: cursor.uint64() };
}

/** Where the tensors lie in the file: aligned, inside it, and none over another. */
function place(
  entries: readonly Entry[],
  headerEnd: number,
  alignment: number,
  fileBytes: number,
): ReadonlyMap<string, GgufTensor> {
  const dataStart = Math.ceil(headerEnd / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const { name, type, shape, bytes, offset } of entries) {
    if (tensors.has(name)) throw new GgufProblem(`it has the tensor ${name} twice`);
    const start = dataStart + Number(offset);
    const end = start + bytes;
    if (Number(offset) % alignment !== 0) throw new GgufProblem(`tensor ${name} lies at the odd offset ${offset}`);
    if (end > fileBytes) throw new GgufProblem(`tensor ${name} ends at byte ${end} of ${fileBytes}`);
    tensors.set(name, { type, shape, start, end });
  }
  let position = dataStart;
  for (const [name, { start, end }] of [...tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
    if (start < position) throw new GgufProblem(`tensor ${name} overlaps the one before it`);
    position = end;
  }
  return tensors;
}
