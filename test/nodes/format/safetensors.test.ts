import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { narrowBfloat16, narrowFloat16, widenBfloat16, widenFloat16 } from '../../../nodes/format/half-precision.js';
import { openSafetensors } from '../../../nodes/format/safetensors.js';
import { writeSafetensors } from '../../../nodes/format/safetensors-writer.js';
import { float32, int32 } from '../../../nodes/tensor/host-tensor.js';

const tensors = {
  b: float32([2, 3], [1, 2, 3, 4, 5, 6]),
  a: float32([], [7]),
  none: float32([0, 4]),
};

t.test('what is written is read as it was, and does not depend on the order of the names', async (t) => {
  const folder = t.testdir();
  await writeSafetensors(join(folder, 'x'), tensors, { sync: true });
  await writeSafetensors(join(folder, 'y'), { none: tensors.none, a: tensors.a, b: tensors.b });
  const bytes = readFileSync(join(folder, 'x'));
  t.ok(bytes.equals(readFileSync(join(folder, 'y'))));
  t.equal((8 + Number(bytes.readBigUInt64LE())) % 8, 0, 'the data are aligned');

  const file = await openSafetensors(join(folder, 'x'));
  t.same([...file.entries.keys()].sort(), ['a', 'b', 'none']);
  t.same(file.metadata, { format: 'pt' });
  for (const [name, tensor] of Object.entries(tensors)) t.same(await file.read(name), tensor);
  await t.rejects(file.read('c'), { code: 'tensor-not-found' });
  await file.close();
  await t.rejects(writeSafetensors(join(folder, 'z'), { a: int32([1], [1]) }), TypeError);
});

/** A file with this header and so many bytes of data. */
function rawFile(header: unknown, dataBytes: number, claimedHeaderBytes?: bigint): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimedHeaderBytes ?? BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

t.test('a broken file is refused, and told apart', async (t) => {
  const entry = (dtype: string, shape: unknown, data_offsets: unknown) => ({ dtype, shape, data_offsets });
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['empty', Buffer.alloc(0), /it has 0 bytes/],
    ['huge header', rawFile('{}', 0, 2n ** 60n), /header claims 1152921504606846976/],
    ['cut header', rawFile('{}', 0, 500n), /header claims 500 bytes, and the file has 10/],
    ['not JSON', rawFile('{"a', 8), /header is not JSON/],
    ['not an object', rawFile('[1,2]', 8), /not a JSON object/],
    ['entry is no object', rawFile({ a: 3 }, 8), /tensor a/],
    ['unknown dtype', rawFile({ a: entry('F12', [1], [0, 4]) }, 4), /unknown dtype "F12"/],
    ['inherited dtype', rawFile({ a: entry('toString', [1], [0, 4]) }, 4), /unknown dtype/],
    ['negative shape', rawFile({ a: entry('F32', [-1], [0, 4]) }, 4), /no valid shape/],
    ['wrong size', rawFile({ a: entry('F32', [2], [0, 4]) }, 4), /takes 8 bytes, and 4 are given/],
    ['overflowing shape', rawFile({ a: entry('F32', [2 ** 40, 2 ** 40], [0, 4]) }, 4), /takes/],
    ['overlap', rawFile({ a: entry('F32', [2], [0, 8]), b: entry('F32', [2], [4, 12]) }, 12), /overlaps/],
    ['gap', rawFile({ a: entry('F32', [1], [0, 4]), b: entry('F32', [1], [8, 12]) }, 12), /gap before tensor b/],
    ['cut short', rawFile({ a: entry('F32', [4], [0, 16]) }, 8), /end at byte/],
    ['too long', rawFile({ a: entry('F32', [1], [0, 4]) }, 8), /end at byte/],
  ];
  const folder = t.testdir();
  for (const [name, bytes, message] of cases) {
    const path = join(folder, 'broken.safetensors');
    writeFileSync(path, bytes);
    await t.rejects(openSafetensors(path), { code: 'safetensors-invalid', message }, name);
  }
  await t.rejects(openSafetensors(join(folder, 'absent')), { code: 'safetensors-unreadable' });
});

t.test('16-bit numbers are widened exactly; other dtypes are refused by name', async (t) => {
  const halves = new Uint16Array([0x3f80, 0xc000, 0x3c00, 0xfbff]);
  const header = {
    bf: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] },
    half: { dtype: 'F16', shape: [2], data_offsets: [4, 8] },
    long: { dtype: 'I64', shape: [1], data_offsets: [8, 16] },
  };
  const bytes = rawFile(header, 16);
  bytes.set(new Uint8Array(halves.buffer), bytes.length - 16);
  const path = join(t.testdir(), 'x');
  writeFileSync(path, bytes);
  const file = await openSafetensors(path);
  t.same([...(await file.read('bf')).data], [1, -2]);
  t.same([...(await file.read('half')).data], [1, -65504]);
  await t.rejects(file.read('long'), { code: 'dtype-unsupported', message: /long .* is I64/ });
  await file.close();
  const special = widenFloat16(new Uint16Array([0x0001, 0x8000, 0x7c00, 0x7e00, 0x3555]));
  t.same([...special], [2 ** -24, -0, Number.POSITIVE_INFINITY, Number.NaN, 0.333251953125]);
});

t.test('16-bit numbers come through widening and narrowing as they were', async (t) => {
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
  const isNotNumber = (bits: number, infinity: number) => (bits & 0x7fff) > infinity;
  const differing = (back: Uint16Array, infinity: number) =>
    all.filter((bits) => (isNotNumber(bits, infinity) ? !isNotNumber(back[bits]!, infinity) : back[bits] !== bits));
  t.same([...differing(narrowFloat16(widenFloat16(all)), 0x7c00)], []);
  t.same([...differing(narrowBfloat16(widenBfloat16(all)), 0x7f80)], []);
});

t.test('narrowing rounds to the nearest, ties to even', async (t) => {
  const half = (...values: number[]) => [...widenFloat16(narrowFloat16(Float32Array.from(values)))];
  t.same(half(1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20), [1, 1 + 2 ** -9, 1 + 2 ** -10]);
  t.same(half(65519.99, 65520, -65520, 2 ** -25, 2 ** -25 * 1.001, 3 * 2 ** -25), [
    65504,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    2 ** -24,
    2 ** -23,
  ]);
  const brain = (...values: number[]) => [...widenBfloat16(narrowBfloat16(Float32Array.from(values)))];
  t.same(brain(1 + 2 ** -8, 1 + 3 * 2 ** -8, -1 - 2 ** -8 - 2 ** -20), [1, 1 + 2 ** -6, -1 - 2 ** -7]);
  t.same(brain(3.4e38, Number.NaN), [Number.POSITIVE_INFINITY, Number.NaN]);
});

t.test('a number that float16 cannot hold is refused', async (t) => {
  const path = join(t.testdir(), 'x');
  const tensor = float32([2], [1, -70000]);
  await t.rejects(writeSafetensors(path, { a: tensor }, { dtype: 'F16' }), {
    code: 'float-overflow',
    message: 'a holds -70000, which is beyond the largest float16, 65504.',
  });
  await writeSafetensors(path, { a: tensor }, { dtype: 'BF16' });
});
