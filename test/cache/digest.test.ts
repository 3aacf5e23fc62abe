import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { digestFile, readPieces } from '../../cache/digest.js';
import { temporaryDirectory } from './temporary-directory.js';

const mebibyte = 1 << 20;

t.test('files of every size around that of a piece', async (t) => {
  const path = join(temporaryDirectory(t), 'data');
  for (const size of [0, 1, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte, 3 * mebibyte + 7]) {
    const bytes = randomBytes(size);
    writeFileSync(path, bytes);
    t.equal(await digestFile(path), `sha256:${createHash('sha256').update(bytes).digest('hex')}`, `${size} bytes`);
  }
});

t.test('however little each read gives, the pieces are the file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 50 }), fc.array(fc.nat({ max: 3 })), async (bytes, shortBy) => {
      // A file whose pieces are scaled down: a full read gives 8 bytes, and some reads give less.
      let reads = 0;
      let open = 0;
      const file = {
        async read(buffer: Buffer, offset: number, length: number, position: number) {
          if (++open > 1) throw new Error('two reads at once');
          await null;
          const part = bytes.subarray(position, position + Math.max(1, 8 - (shortBy[reads++] ?? 0)));
          // What is beyond was filled with something else before.
          buffer.fill(0xee, offset, offset + Math.min(length, 64));
          buffer.set(part, offset);
          open--;
          return { bytesRead: part.length };
        },
      };
      const found: number[] = [];
      for await (const piece of readPieces(file)) found.push(...piece);
      return Buffer.compare(Buffer.from(found), Buffer.from(bytes)) === 0;
    }),
    { numRuns: 100 },
  );
});

t.test('who stops early may close the file: no read is under way', async (t) => {
  let open = 0;
  const file = {
    async read(_buffer: Buffer, _offset: number, length: number) {
      open++;
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return { bytesRead: length };
    },
  };
  for await (const piece of readPieces(file)) {
    t.equal(piece.length, mebibyte);
    t.equal(open, 1, 'the next piece is being read');
    break;
  }
  t.equal(open, 0);
});
