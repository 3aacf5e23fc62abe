/**
 * Gradients against finite differences: what TensorFlow.js derives and the compiler writes down is the slope of what the
 * compiled function computes. Where two widths of the difference disagree, a kink lies between, and nothing is compared.
 */
import fc from 'fast-check';
import t from 'tap';
import type { HostTensor, Program } from '../../../nodes/tensor/device.js';
import { createOnnxDevice } from '../../../nodes/tensor/devices/onnx.js';
import { copyTensor } from '../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { draw, stepOf, weightAt } from './compare-devices.js';
import { kernelCases } from './kernel-cases.js';

const device = createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads: 1 });
const state = device.createState({});

/** Half the width of a difference. Float32 leaves three digits of the quotient. */
const reach = 1 / 64;
const tolerance = 0.02;
const elementsPerArgument = 4;

type Tensors = Readonly<Record<string, HostTensor>>;

/** The linear combination of the results of which `stepOf` gives the gradient, added up in double precision. */
async function objective(program: Program, inputs: Tensors): Promise<number> {
  const outputs = await program.run(state, inputs);
  let sum = 0;
  for (const [name, { dtype, data }] of Object.entries(outputs)) {
    if (dtype !== 'float32') continue;
    for (const [i, value] of data.entries()) sum += weightAt(Number(name.slice(1)), i) * value;
  }
  return sum;
}

async function slope(program: Program, inputs: Tensors, name: string, index: number, width: number): Promise<number> {
  const at = (change: number) => {
    const moved = copyTensor(inputs[name]!);
    moved.data[index]! += change;
    return { ...inputs, [name]: moved };
  };
  const [above, below] = [at(width), at(-width)];
  const distance = above[name]!.data[index]! - below[name]!.data[index]!;
  return ((await objective(program, above)) - (await objective(program, below))) / distance;
}

for (const [kernel, cases] of Object.entries(kernelCases)) {
  const differentiable = cases.filter(({ gradient, notSlope }) => gradient && !notSlope);
  if (differentiable.length === 0) continue;
  t.test(kernel, async (t) => {
    let compared = 0;
    for (const [index, { run, args }] of differentiable.entries()) {
      for (const [seed, drawn] of fc.sample(args, { numRuns: 4, seed: 77 + index }).entries()) {
        const inputs = Object.fromEntries(drawn.map((argument, i) => [`x${i}`, draw(argument, seed, i)]));
        const value = device.program(kernel, stepOf(run, drawn, false));
        const gradient = device.program(kernel, stepOf(run, drawn, true));
        const outputs = await gradient.run(state, inputs);
        for (const [name, tensor] of Object.entries(inputs)) {
          if (tensor.dtype !== 'float32') continue;
          for (let step = 0; step < Math.min(elementsPerArgument, tensor.data.length); step++) {
            const place = (step * 7919) % tensor.data.length;
            const wide = await slope(value, inputs, name, place, reach);
            const narrow = await slope(value, inputs, name, place, reach / 2);
            const size = tolerance * Math.max(1, Math.abs(narrow));
            if (!(Math.abs(wide - narrow) <= size)) continue;
            const derived = outputs[`d${name}`]!.data[place]!;
            compared++;
            if (!(Math.abs(derived - narrow) <= 2 * size))
              t.fail(`d${name}[${place}] is ${derived}, and the slope ${narrow}`, { shape: tensor.shape });
          }
        }
        await value.dispose();
        await gradient.dispose();
      }
    }
    t.ok(compared >= 8, `${compared} elements were compared`);
  });
}

t.test('every kernel of which TensorFlow.js has a gradient that is not nothing is compared', async (t) => {
  const zero = ['ArgMax', 'ArgMin', 'FloorDiv', 'GreaterEqual', 'IsFinite', 'IsInf', 'IsNan', 'OneHot', 'Step'];
  const constant = ['OnesLike', 'ZerosLike'];
  const left = Object.keys(kernelCases).filter(
    (kernel) => tf.getGradient(kernel) && !kernelCases[kernel]!.some(({ gradient }) => gradient),
  );
  t.same(left.sort(), [...zero, ...constant].sort());
});

t.teardown(() => device.dispose());
