/** Products of a transposed left operand: which way they are computed, and that it is right. */
import t from 'tap';
import type { StepFunction } from '../../../../nodes/tensor/device.js';
import { createOnnxDevice } from '../../../../nodes/tensor/devices/onnx.js';
import { createReferenceDevice } from '../../../../nodes/tensor/devices/reference.js';
import { tf } from '../../../../nodes/tensor/tf.js';
import { trace, typesOf } from '../../../../nodes/tensor/trace.js';
import { compareStep, draw } from '../compare-devices.js';

const step: StepFunction = (_, { x0, x1 }) => ({ outputs: { y: tf.matMul(x0!, x1!, true, false) } });

/** `[…, inner, rows]` and `[…, inner, columns]`, and the operators in which their product is written down. */
const cases: readonly [string, number[], number[], string[]][] = [
  ['the left operand is turned', [96, 20], [96, 12], ['Transpose', 'MatMul']],
  ['the narrower is turned', [96, 1200], [96, 40], ['Transpose', 'MatMul', 'Transpose']],
  ['the one that keeps threads unseen', [96, 12], [96, 900], ['Transpose', 'MatMul', 'Transpose']],
  ['neither, where both are wide', [2, 2100], [2, 2100], ['Gemm']],
  ['in two sums', [1024, 8], [1024, 6], ['Reshape', 'Transpose', 'Reshape', 'MatMul', 'Reshape', 'MatMul', 'Reshape']],
  ['in four', [2048, 5], [2048, 5], ['Reshape', 'Transpose', 'Reshape', 'MatMul', 'Reshape', 'MatMul', 'Reshape']],
  ['a batch', [3, 5, 24, 10], [3, 5, 24, 30], ['Transpose', 'MatMul']],
  ['the narrower of a batch', [16, 24, 200], [16, 24, 2], ['Transpose', 'MatMul', 'Transpose']],
  ['a small batch', [2, 24, 10], [2, 24, 30], ['Transpose', 'MatMul', 'Transpose']],
  ['no terms', [0, 3], [0, 2], []],
];

t.test('each way gives the product', async (t) => {
  const onnx = createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads: 2 });
  const reference = createReferenceDevice();
  for (const [name, left, right, wanted] of cases) {
    const argument = (shape: number[]) => ({ dtype: 'float32' as const, shape, range: [-1, 1] as const });
    const inputs = { x0: draw(argument(left), 1, 0), x1: draw(argument(right), 1, 1) };
    const ops = trace(name, step, {}, typesOf(inputs)).graph.nodes.map(({ op }) => op);
    t.same(
      ops.filter((op) => op !== 'Identity' && op !== 'Expand'),
      wanted,
      name,
    );
    await compareStep([onnx, reference], name, step, inputs, 1e-4);
  }
  await onnx.dispose();
  await reference.dispose();
});
