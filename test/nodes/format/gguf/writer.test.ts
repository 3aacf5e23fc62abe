import { join } from 'node:path';
import t from 'tap';
import { openGguf } from '../../../../nodes/format/gguf/reader.js';
import { type TypedValue, writeGguf } from '../../../../nodes/format/gguf/writer.js';
import { openSafetensors } from '../../../../nodes/format/safetensors.js';
import { float32 } from '../../../../nodes/tensor/host-tensor.js';

const fixtures = join(import.meta.dirname, '../../../../../test/nodes/format/gguf/fixtures');

t.test('what is written is read again, value for value', async (t) => {
  const path = join(t.testdir(), 'x.gguf');
  const metadata: Record<string, TypedValue> = {
    text: { type: 'string', value: 'é\n' },
    whole: { type: 'uint32', value: 2 ** 32 - 1 },
    negative: { type: 'int32', value: -3 },
    real: { type: 'float32', value: 0.5 },
    yes: { type: 'bool', value: true },
    texts: { type: 'strings', value: ['', 'b'] },
    ints: { type: 'int32s', value: [1, -2] },
    reals: { type: 'float32s', value: [0.25, -1] },
  };
  const numbers = float32([2, 3], [1, -2, 3, -4, 5, -6]);
  const source = { shape: numbers.shape, read: () => numbers };
  await writeGguf(path, metadata, { a: { ...source, type: 'F32' }, b: { ...source, type: 'BF16' } });
  const file = await openGguf(path);
  t.same(
    Object.fromEntries(file.metadata),
    Object.fromEntries(Object.entries(metadata).map(([key, { value }]) => [key, value])),
  );
  t.same(await file.read('a'), numbers);
  t.same(await file.read('b'), numbers);
  t.equal(file.tensors.get('b')!.start % 32, 0);
  await file.close();
});

t.test('Q8_0, F16 and BF16 round as the package gguf rounds', async (t) => {
  const expected = await openSafetensors(join(fixtures, 'blocks.safetensors'));
  const floats = await expected.read('f32');
  const path = join(t.testdir(), 'x.gguf');
  const source = { shape: floats.shape, read: () => floats };
  await writeGguf(
    path,
    {},
    { q8: { ...source, type: 'Q8_0' }, f16: { ...source, type: 'F16' }, bf16: { ...source, type: 'BF16' } },
  );
  const file = await openGguf(path);
  t.same(await file.read('q8'), await expected.read('written.q8_0'));
  t.same(await file.read('f16'), await expected.read('f16'));
  t.same(await file.read('bf16'), await expected.read('bf16'));
  await file.close();
  await expected.close();
});

t.test('what a type cannot hold is refused', async (t) => {
  const path = join(t.testdir(), 'x.gguf');
  for (const type of ['F16', 'Q8_0'] as const) {
    const data = new Float32Array(32).fill(1);
    data[3] = 1e8;
    const source = { shape: [32], type, read: () => float32([32], data) };
    await t.rejects(writeGguf(path, {}, { x: source }), { code: 'float-overflow', message: /x holds numbers/ }, type);
  }
});
