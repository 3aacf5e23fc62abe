/** Digests: the names of content. `sha256:<hex>` names a file's bytes, `tree:<hex>` a directory's Merkle tree. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

declare const digestBrand: unique symbol;

/** The name of a piece of content; only the functions of this folder make one. */
export type Digest = string & { readonly [digestBrand]: true };

/** What a digest names: the bytes of one file, or a directory with everything below it. */
export type DigestForm = 'file' | 'directory';

const prefixes = { file: 'sha256:', directory: 'tree:' } as const;
const pattern = /^(?:sha256|tree):[0-9a-f]{64}$/;

/** The digest of content held in memory; text is taken as UTF-8. */
export function digestBytes(bytes: Uint8Array | string): Digest {
  return makeDigest('file', createHash('sha256').update(bytes).digest('hex'));
}

/** The digest of a file's content, read in pieces, so that a file may be larger than memory. */
export async function digestFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    for await (const piece of readPieces(file)) hash.update(piece);
  } finally {
    await file.close();
  }
  return makeDigest('file', hash.digest('hex'));
}

/** The digest that `text` spells, or `undefined` when it spells none: upper-case hex or a space around it is refused. */
export function parseDigest(text: string): Digest | undefined {
  return pattern.test(text) ? (text as Digest) : undefined;
}

export function digestForm(digest: Digest): DigestForm {
  return digest.startsWith(prefixes.directory) ? 'directory' : 'file';
}

/** The 64 hexadecimal digits alone. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** Joins a form and 64 lower-case hexadecimal digits. */
export function makeDigest(form: DigestForm, hex: string): Digest {
  const digest = parseDigest(prefixes[form] + hex);
  if (digest === undefined) throw new TypeError(`not a SHA-256 in hexadecimal: ${hex}`);
  return digest;
}

const pieceBytes = 1 << 20;

/**
 * The pieces of an open file from its start, each read while the one before it is used. A piece is overwritten later:
 * use it at once.
 */
export async function* readPieces(file: {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}): AsyncGenerator<Buffer> {
  let buffer: Buffer = Buffer.allocUnsafe(pieceBytes);
  let other: Buffer | undefined;
  let reading: Promise<{ bytesRead: number }> | undefined;
  try {
    for (let position = 0; ; ) {
      reading ??= file.read(buffer, 0, pieceBytes, position);
      const { bytesRead } = await reading;
      reading = undefined;
      if (bytesRead === 0) return;
      position += bytesRead;
      const piece = buffer.subarray(0, bytesRead);
      if (bytesRead === pieceBytes) {
        other ??= Buffer.allocUnsafe(pieceBytes);
        [buffer, other] = [other, buffer];
        reading = file.read(buffer, 0, pieceBytes, position);
      }
      yield piece;
    }
  } finally {
    // Nobody may close the file before.
    await reading?.catch(() => {});
  }
}
