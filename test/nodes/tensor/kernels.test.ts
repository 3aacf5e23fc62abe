import fc from 'fast-check';
import t from 'tap';
import type { HostTensor } from '../../../nodes/tensor/device.js';
import { createOnnxDevice } from '../../../nodes/tensor/devices/onnx.js';
import { createReferenceDevice } from '../../../nodes/tensor/devices/reference.js';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { kernelDescriptions } from '../../../nodes/tensor/kernels/descriptions.js';
import { kernels } from '../../../nodes/tensor/kernels/kernels.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { type Argument, compareStep, draw, stepOf } from './compare-devices.js';
import { kernelCases } from './kernel-cases.js';

const onnx = createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads: 1 });
const reference = createReferenceDevice();

const drawAll = (args: readonly Argument[], seed: number): Record<string, HostTensor> =>
  Object.fromEntries(args.map((argument, i) => [`x${i}`, draw(argument, seed, i)]));

t.test('every kernel has cases, and every case is of a kernel', async (t) => {
  t.same(Object.keys(kernelCases).sort(), Object.keys(kernels).sort());
  for (const [kernel, cases] of Object.entries(kernelCases)) t.ok(cases.length > 0, kernel);
});

t.test('every kernel is described, with types that its cases try', async (t) => {
  t.same(Object.keys(kernelDescriptions).sort(), Object.keys(kernels).sort());
  for (const [kernel, { types, minRank }] of Object.entries(kernelDescriptions)) {
    const drawn = kernelCases[kernel]!.flatMap(({ args }) => fc.sample(args, { numRuns: 200, seed: 3 })).flat();
    const tried = new Set(drawn.map(({ dtype }) => dtype));
    t.same(
      [...types].filter((type) => !tried.has(type)),
      [],
      `${kernel}: types`,
    );
    if (drawn.length > 0)
      t.ok(
        drawn.some(({ shape }) => shape.length === minRank),
        `${kernel}: rank ${minRank}`,
      );
  }
});

for (const [kernel, cases] of Object.entries(kernelCases)) {
  t.test(kernel, async (t) => {
    for (const [index, { run, args, gradient, tolerance }] of cases.entries()) {
      await fc.assert(
        fc.asyncProperty(args, fc.nat(), async (drawn, seed) => {
          await compareStep([onnx, reference], kernel, stepOf(run, drawn, gradient), drawAll(drawn, seed), tolerance);
        }),
        { numRuns: 12, seed: 1234 + index },
      );
      t.pass(`case ${index} equals the reference`);
    }
    t.ok(await reaches(kernel), 'a case reaches the kernel');
  });
}

/** Whether the kernel runs when the cases run on TensorFlow.js' own backend. */
async function reaches(kernel: string): Promise<boolean> {
  await tf.setBackend('cpu');
  for (const { run, args, gradient } of kernelCases[kernel]!) {
    const drawn = fc.sample(args, { numRuns: 1, seed: 7 })[0]!;
    const inputs = Object.entries(drawAll(drawn, 1)).map(
      ([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)] as const,
    );
    const profile = await tf.profile(() => {
      stepOf(run, drawn, gradient)({}, Object.fromEntries(inputs));
    });
    if (profile.kernelNames.includes(kernel)) return true;
  }
  return false;
}

t.test('NaN and infinities come through', async (t) => {
  const names = [
    'Abs',
    'Ceil',
    'Cos',
    'Erf',
    'Exp',
    'Expm1',
    'Floor',
    'Log',
    'Log1p',
    'Neg',
    'Reciprocal',
    'Relu',
    'Relu6',
    'Round',
    'Rsqrt',
    'Sigmoid',
    'Sin',
    'Softplus',
    'Sqrt',
    'Square',
    'Step',
    'Tanh',
    'ClipByValue',
    'LeakyRelu',
    'Elu',
  ];
  for (const kernel of names) {
    const [first] = kernelCases[kernel]!;
    const x0 = float32([6], [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1]);
    const argument: Argument = { dtype: 'float32', shape: [6], range: [0, 0] };
    await compareStep([onnx, reference], kernel, stepOf(first!.run, [argument], false), { x0 });
    t.pass(kernel);
  }
  for (const kernel of ['Maximum', 'Minimum', 'Add', 'Multiply']) {
    const [first] = kernelCases[kernel]!;
    const argument: Argument = { dtype: 'float32', shape: [3], range: [0, 0] };
    const inputs = { x0: float32([3], [Number.NaN, 1, Number.NaN]), x1: float32([3], [2, Number.NaN, Number.NaN]) };
    await compareStep([onnx, reference], kernel, stepOf(first!.run, [argument, argument], false), inputs);
    t.pass(kernel);
  }
});

t.teardown(async () => {
  await onnx.dispose();
  await reference.dispose();
});
