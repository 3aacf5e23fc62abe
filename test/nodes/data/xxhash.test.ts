import fc from 'fast-check';
import { xxhash64 } from 'hyparquet/src/xxhash.js';
import t from 'tap';
import { createXxh64 } from '../../../nodes/data/xxhash.js';

t.test('equal to another implementation, however the bytes are cut', async () => {
  const property = fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 6 }), (pieces) => {
    const hash = createXxh64();
    for (const piece of pieces) hash.update(Buffer.from(piece));
    return hash.digest() === xxhash64(Buffer.concat(pieces));
  });
  fc.assert(property, { numRuns: 2000 });
});

t.test('the empty input, as the specification gives it', async (t) => {
  t.equal(createXxh64().digest(), 0xef46db3751d8e999n);
});
