import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { safetensorsDifference } from '../../../nodes/format/safetensors-difference.js';
import { writeSafetensors } from '../../../nodes/format/safetensors-writer.js';

t.test('the first tensor that differs, and by how much', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lapidary-tensors-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const write = async (name: string, tensors: Record<string, readonly number[]>, shape?: readonly number[]) => {
    const entries = Object.entries(tensors).map(([key, values]) => [
      key,
      { dtype: 'float32' as const, shape: shape ?? [values.length], data: Float32Array.from(values) },
    ]);
    await writeSafetensors(join(root, name), Object.fromEntries(entries));
    return join(root, name);
  };
  const base = await write('base', { a: [1, 2, 3, 4], b: [1, 2, 3, 4] });
  const differs = async (tensors: Record<string, readonly number[]>, shape?: readonly number[]) =>
    safetensorsDifference(base, await write('other', tensors, shape));
  t.equal(
    await differs({ a: [1, 2, 3, 4], b: [1, 2.5, 3.25, 4] }),
    'tensor b: 2 of 4 values differ, by 5.00e-1 at most; 1 of 2 tensors differ',
  );
  t.match(await differs({ a: [1, 2, 3, Number.NaN], b: [1, 2, 3, 4] }), /tensor a: 1 of 4 values differ, by NaN/);
  t.match(await differs({ a: [1, 2, 3, 4] }), /tensor b: it is not there any more; 1 of 2/);
  t.match(await differs({ a: [1, 2, 3, 4], b: [1, 2, 3, 4] }, [2, 2]), /tensor a: F32 \[4\] → F32 \[2,2\]; 2 of 2/);
  t.equal(await differs({ a: [1, 2, 3, 4], b: [1, 2, 3, 4] }), 'only the header differs');
});
