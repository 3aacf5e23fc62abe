/**
 * Zstandard (RFC 8878), in a stream. The frames and blocks are walked here, so that each step holds one block of at most
 * 128 KiB beside the window, and so that what is cut off or damaged is noticed; `fzstd` decodes the blocks.
 */
import { Decompress } from 'fzstd';
import createXxhash, { type XXHash } from 'xxhash-wasm';
import { Failure } from '../../engine/failure.js';

/** Frames that look further back are refused, as by the `zstd` program: whoever reads them must hold that much. */
const maxWindowBytes = 2 ** 27;

/** Yields the content of all frames. Throws `Failure` for data that is broken, cut off, or needs a dictionary. */
export async function* decompressZstd(pieces: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void, void> {
  const source = createByteSource(pieces, name);
  const { create64 } = await createXxhash();
  for (let magic = await source.next(4); magic !== undefined; magic = await source.next(4)) {
    const word = magic.readUInt32LE();
    if (word >>> 4 === 0x184d2a5) await source.skip((await source.take(4)).readUInt32LE());
    else if (word === 0xfd2fb528) yield* decodeFrame(magic, source, name, create64());
    else throw broken(name, 'a frame does not begin where it should');
  }
}

/** `hash` is XXH64 with seed 0, the checksum of Zstandard's frames. */
async function* decodeFrame(
  magic: Buffer,
  source: ByteSource,
  name: string,
  hash: XXHash<bigint>,
): AsyncGenerator<Buffer, void, void> {
  const header = await readHeader(source, name);
  const decoded: Buffer[] = [];
  let length = 0;
  const decoder = new Decompress((piece) => {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    length += bytes.length;
    if (header.hasChecksum) hash.update(bytes);
    if (bytes.length > 0) decoded.push(bytes);
  });
  const push = (bytes: Buffer, last = false): void => {
    try {
      decoder.push(bytes, last);
    } catch (error) {
      throw broken(name, (error as Error).message);
    }
  };
  push(Buffer.concat([magic, header.bytes]));
  for (let last = false; !last; ) {
    const head = await source.take(3);
    const word = head.readUIntLE(0, 3);
    last = (word & 1) === 1;
    const isRun = ((word >> 1) & 3) === 1;
    push(Buffer.concat([head, await source.take(isRun ? 1 : word >> 3)]));
    yield* decoded.splice(0);
  }
  const checksum = await source.take(header.hasChecksum ? 4 : 0);
  push(checksum, true);
  yield* decoded.splice(0);
  if (header.hasChecksum && checksum.readUInt32LE() !== Number(BigInt.asUintN(32, hash.digest()))) {
    throw broken(name, 'a checksum does not match');
  }
  if (header.contentBytes !== undefined && length !== header.contentBytes) {
    throw broken(name, `a frame holds ${length} bytes instead of ${header.contentBytes}`);
  }
}

interface FrameHeader {
  readonly bytes: Buffer;
  readonly hasChecksum: boolean;
  /** Length of the content, where the header tells. */
  readonly contentBytes?: number;
}

/** RFC 8878, section 3.1.1.1: what follows the magic number. */
async function readHeader(source: ByteSource, name: string): Promise<FrameHeader> {
  const descriptor = await source.take(1);
  const flags = descriptor[0]!;
  const single = (flags >> 5) & 1;
  const sizeBytes = flags >> 6 === 0 ? single : 1 << (flags >> 6);
  const dictionaryBytes = [0, 1, 2, 4][flags & 3]!;
  const rest = await source.take(1 - single + dictionaryBytes + sizeBytes);
  const dictionary = rest.subarray(1 - single, 1 - single + dictionaryBytes);
  if (dictionary.some((byte) => byte !== 0)) throw broken(name, 'it needs a dictionary to be read');
  const size = rest.subarray(rest.length - sizeBytes);
  const contentBytes = sizeBytes === 0 ? undefined : sizeOf(size);
  const windowBytes = single ? contentBytes! : 2 ** (10 + (rest[0]! >> 3)) * (1 + (rest[0]! & 7) / 8);
  if (windowBytes > maxWindowBytes) {
    const message = `${name} needs a Zstandard window of ${windowBytes} bytes; at most ${maxWindowBytes} are read.`;
    throw new Failure('file-unreadable', message, 'Compress it again without `--ultra` or `--long`.');
  }
  return {
    bytes: Buffer.concat([descriptor, rest]),
    hasChecksum: (flags & 4) !== 0,
    ...(contentBytes === undefined ? {} : { contentBytes }),
  };
}

function sizeOf(field: Buffer): number {
  if (field.length === 8) return Number(field.readBigUInt64LE());
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}

interface ByteSource {
  /** Exactly so many bytes. Throws `Failure` when there are fewer. */
  take(count: number): Promise<Buffer>;
  /** As `take`; `undefined` at the end. */
  next(count: number): Promise<Buffer | undefined>;
  skip(count: number): Promise<void>;
}

function createByteSource(pieces: AsyncIterable<Buffer>, name: string): ByteSource {
  const iterator = pieces[Symbol.asyncIterator]();
  let current: Buffer = Buffer.alloc(0);
  const refill = async (): Promise<boolean> => {
    while (current.length === 0) {
      const { value, done } = await iterator.next();
      if (done) return false;
      current = value;
    }
    return true;
  };
  const part = (count: number): Buffer => {
    const bytes = current.subarray(0, count);
    current = current.subarray(count);
    return bytes;
  };
  const take = async (count: number): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for (let missing = count; missing > 0; missing -= parts.at(-1)!.length) {
      if (!(await refill())) throw broken(name, 'it is cut off');
      parts.push(part(missing));
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  };
  return {
    take,
    next: async (count) => ((await refill()) ? take(count) : undefined),
    skip: async (count) => {
      for (let left = count; left > 0; ) {
        if (!(await refill())) throw broken(name, 'it is cut off');
        left -= part(left).length;
      }
    },
  };
}

function broken(name: string, what: string): Failure {
  return new Failure(
    'file-corrupt',
    `${name}: the Zstandard data cannot be read: ${what}.`,
    'Fetch or compress the file again.',
  );
}
