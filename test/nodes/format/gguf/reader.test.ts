import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openGguf } from '../../../../nodes/format/gguf/reader.js';
import { openSafetensors } from '../../../../nodes/format/safetensors.js';

const fixtures = join(import.meta.dirname, '../../../../../test/nodes/format/gguf/fixtures');
const blocks = join(fixtures, 'blocks.gguf');

t.test('values of every type are read as they were written', async (t) => {
  const file = await openGguf(blocks);
  const read = Object.fromEntries([...file.metadata].filter(([key]) => key.startsWith('test.')));
  t.same(read, {
    'test.uint8': 200,
    'test.int64': -(2n ** 60n),
    'test.float64': 0.1,
    'test.bool': true,
    'test.string': 'naïve 東京',
    'test.strings': ['a', '', 'é'],
    'test.ints': [3, -4],
  });
  await file.close();
});

t.test('each type of tensor gives the numbers that the package gguf gives', async (t) => {
  const file = await openGguf(blocks);
  const expected = await openSafetensors(join(fixtures, 'blocks.safetensors'));
  const names = [...expected.entries.keys()].filter((name) => !name.startsWith('written.'));
  t.equal(names.length, 11);
  for (const name of names) t.same(await file.read(name), await expected.read(name), name);
  await t.rejects(file.read('iq4_nl'), {
    code: 'quantisation-unsupported',
    message: /iq4_nl of blocks.gguf is IQ4_NL/,
  });
  await t.rejects(file.read('none'), { code: 'tensor-not-found' });
  await file.close();
  await expected.close();
});

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const uint64 = (value: number | bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string) => Buffer.concat([uint64(Buffer.byteLength(value)), Buffer.from(value)]);
const file = (tensors: number | bigint, values: number | bigint, ...rest: readonly Buffer[]) =>
  Buffer.concat([Buffer.from('GGUF'), uint32(3), uint64(tensors), uint64(values), ...rest, Buffer.alloc(64)]);
const tensor = (name: string, sizes: readonly (number | bigint)[], type: number, offset: number | bigint) =>
  Buffer.concat([text(name), uint32(sizes.length), ...sizes.map(uint64), uint32(type), uint64(offset)]);
const huge = 2n ** 60n;

const lies: readonly (readonly [string, Buffer, RegExp])[] = [
  ['empty', Buffer.alloc(0), /claims 4 bytes at byte 0/],
  ['another format', Buffer.from('PK\x03\x04 and so on'), /does not begin with GGUF/],
  ['version 1', Buffer.concat([Buffer.from('GGUF'), uint32(1), Buffer.alloc(64)]), /version 1; 2 and 3/],
  ['big-endian', Buffer.concat([Buffer.from('GGUF'), uint32(3 << 24), Buffer.alloc(64)]), /order of another machine/],
  ['2^60 tensors', file(huge, 0), /claims 1152921504606846976 tensors/],
  ['2^60 values', file(0, huge), /claims 1152921504606846976 values/],
  ['key of 2^60 bytes', file(0, 1, uint64(huge)), /a key claims a length of 1152921504606846976/],
  ['text of 2^60 bytes', file(0, 1, text('a'), uint32(8), uint64(huge)), /the value of a claims a length of/],
  ['unknown value type', file(0, 1, text('a'), uint32(77)), /value of a has the unknown type 77/],
  ['inherited value type', file(0, 1, text('a'), uint32(13)), /unknown type 13/],
  ['2^60 elements', file(0, 1, text('a'), uint32(9), uint32(4), uint64(huge)), /elements of a/],
  [
    'arrays of arrays of arrays',
    file(0, 1, text('a'), uint32(9), ...Array.from({ length: 9 }, () => [uint32(9), uint64(1)]).flat()),
    /nests arrays 4 deep/,
  ],
  [
    'a key twice',
    file(0, 2, ...[1, 2].map(() => Buffer.concat([text('a'), uint32(7), Buffer.alloc(1)]))),
    /key a twice/,
  ],
  ['7 dimensions', file(1, 0, tensor('x', [1, 1, 1, 1, 1, 1, 1], 0, 0)), /x has 7 dimensions/],
  ['unknown tensor type', file(1, 0, tensor('x', [4], 99, 0)), /x has the unknown type 99/],
  ['2^120 numbers', file(1, 0, tensor('x', [huge, huge], 0, 0)), /x has 132922\d+ numbers/],
  ['part of a block', file(1, 0, tensor('x', [33], 8, 0)), /rows that are no whole blocks/],
  ['beyond the end', file(1, 0, tensor('x', [4], 0, 4096)), /x ends at byte \d+ of/],
  ['offset of 2^63', file(1, 0, tensor('x', [4], 0, 2n ** 63n)), /x ends at byte/],
  ['odd offset', file(1, 0, tensor('x', [4], 0, 7)), /odd offset 7/],
  ['a tensor twice', file(2, 0, tensor('x', [4], 0, 0), tensor('x', [4], 0, 32)), /tensor x twice/],
  ['overlap', file(2, 0, tensor('x', [4], 0, 0), tensor('y', [4], 0, 0)), /overlaps/],
  ['alignment of 0', file(0, 1, text('general.alignment'), uint32(4), uint32(0)), /alignment is 0/],
];

t.test('a file that lies is refused, and told apart', async (t) => {
  const path = join(t.testdir(), 'broken.gguf');
  for (const [name, bytes, message] of lies) {
    writeFileSync(path, bytes);
    await t.rejects(openGguf(path), { code: 'gguf-invalid', message }, name);
  }
  await t.rejects(openGguf(join(path, 'absent')), { code: 'gguf-unreadable' });
});

t.test('a file that is cut anywhere in its header is refused', async (t) => {
  const whole = readFileSync(blocks);
  const path = join(t.testdir(), 'cut.gguf');
  for (let length = 0; length < 600; length += 13) {
    writeFileSync(path, whole.subarray(0, length));
    await t.rejects(openGguf(path), { code: 'gguf-invalid' }, `after ${length} bytes`);
  }
});
