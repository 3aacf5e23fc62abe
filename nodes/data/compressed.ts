/** The bytes of a file, decompressed where it is compressed, in pieces of bounded size. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Failure } from '../../engine/failure.js';

export type Compression = 'gzip' | 'zstd';

const pieceBytes = 2 ** 18;

const brokenHint = 'Fetch or compress the file again.';

/** A name without the ending that tells of compression: `rows.jsonl` for `rows.jsonl.gz`. */
export function withoutCompression(name: string): string {
  return name.replace(/\.(gz|zst)$/i, '');
}

/**
 * Yields what a file holds. Whether it is compressed is seen by its first bytes, which begin no UTF-8 text, and by the
 * ending `.gz` or `.zst` of its name. Throws `Failure` where the compressed data is broken or cut off.
 */
export async function* readBytes(path: string, name = path): AsyncGenerator<Buffer, void, void> {
  const compression = compressionOf(await readHead(path), name);
  switch (compression) {
    case 'gzip':
      return yield* gunzip(path, name);
    case 'zstd': {
      const { decompressZstd } = await import('./zstd.js');
      return yield* decompressZstd(readRaw(path), name);
    }
    case undefined:
      return yield* readRaw(path);
  }
}

function readRaw(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: pieceBytes });
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function compressionOf(head: Buffer, name: string): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const word = head.length === 4 ? head.readUInt32LE() : 0;
  const ending = /\.(gz|zst)$/i.exec(name)?.[1]?.toLowerCase();
  const skippable = ending === 'zst' && word >>> 4 === 0x184d2a5;
  if (word === 0xfd2fb528 || skippable) return 'zstd';
  if (ending === undefined) return undefined;
  const wanted = ending === 'gz' ? 'gzip' : 'Zstandard';
  throw new Failure('file-corrupt', `${name} ends in .${ending}, but does not hold ${wanted} data.`, brokenHint);
}

async function* gunzip(path: string, name: string): AsyncGenerator<Buffer, void, void> {
  const decoder = createGunzip({ chunkSize: pieceBytes });
  // What goes wrong, or an early end of the loop below, reaches both streams; the error is thrown by the loop.
  pipeline(createReadStream(path), decoder, () => {});
  try {
    yield* decoder as AsyncIterable<Buffer>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw error;
    throw new Failure('file-corrupt', `${name}: the gzip data is broken or cut off: ${message}.`, brokenHint);
  }
}
