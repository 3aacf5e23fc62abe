/** Products of few rows: which way they are computed, that it is right, and what the bits depend on. */
import t from 'tap';
import type { StepFunction } from '../../../../nodes/tensor/device.js';
import { createOnnxDevice } from '../../../../nodes/tensor/devices/onnx.js';
import { createReferenceDevice } from '../../../../nodes/tensor/devices/reference.js';
import { float32 } from '../../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../../nodes/tensor/tf.js';
import { trace, typesOf } from '../../../../nodes/tensor/trace.js';
import { compareStep, draw } from '../compare-devices.js';

const step: StepFunction = (_, { x0, x1 }) => ({ outputs: { y: tf.matMul(x0!, x1!, false, true) } });
const matrix = (shape: number[], seed: number) => draw({ dtype: 'float32', shape, range: [-1, 1] }, 1, seed);

/** `[rows, inner]` and `[columns, inner]`, and the operators in which their product is written down. */
const cases: readonly [string, number[], number[], string[]][] = [
  ['a few rows', [7, 40], [48, 40], ['Gemm', 'Transpose']],
  ['rows of a batch', [2, 3, 40], [48, 40], ['Reshape', 'Gemm', 'Transpose', 'Reshape']],
  ['one row', [1, 40], [48, 40], ['Gemm']],
  ['too many rows', [17, 40], [48, 40], ['Gemm']],
  ['few columns', [7, 40], [15, 40], ['Gemm']],
];

t.test('each way gives the product', async (t) => {
  const onnx = createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads: 2 });
  const reference = createReferenceDevice();
  for (const [name, left, right, wanted] of cases) {
    const inputs = { x0: matrix(left, 0), x1: matrix(right, 1) };
    const { graph } = trace(name, step, {}, typesOf(inputs));
    t.same(
      graph.nodes.map(({ op }) => op),
      wanted,
      name,
    );
    await compareStep([onnx, reference], name, step, inputs, 1e-4);
  }
  await onnx.dispose();
  await reference.dispose();
});

t.test('a row has the same bits whatever the threads, and however many rows there are', async (t) => {
  for (const [columns, inner] of [
    [16, 700],
    [384, 1152],
    [1152, 384],
    [2048, 64],
  ] as const) {
    const [x, w] = [matrix([16, inner], 0), matrix([columns, inner], 1)];
    const found = new Set<string>();
    for (const threads of [1, 2, 3, 8]) {
      const device = createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads });
      const program = device.program('product', step);
      for (const rows of [2, 5, 16]) {
        const first = float32([rows, inner], (x.data as Float32Array).slice(0, rows * inner));
        const { y } = await program.run(device.createState({}), { x0: first, x1: w });
        found.add(
          Buffer.from(Uint8Array.from(new Uint8Array(y!.data.slice(0, 2 * columns).buffer))).toString('base64'),
        );
      }
      await device.dispose();
    }
    t.equal(found.size, 1, `${columns} columns of ${inner}`);
  }
});
