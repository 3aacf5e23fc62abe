/** Runs a function, and its gradient, on the compiled device and on the reference, and compares the values. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Device, HostTensor, StepFunction } from '../../../nodes/tensor/device.js';
import { bool, float32, int32, sizeOf } from '../../../nodes/tensor/host-tensor.js';
import { createRandom } from '../../../nodes/tensor/random.js';
import { tf } from '../../../nodes/tensor/tf.js';

/** An argument to be drawn: uniform between the bounds. */
export interface Argument {
  readonly dtype: HostTensor['dtype'];
  readonly shape: readonly number[];
  /** Both inclusive for int32. */
  readonly range: readonly [number, number];
}

export type TensorFunction = (...tensors: Tensor[]) => Tensor | readonly Tensor[];

/** The argument's values are a function of the seed and its place. */
export function draw({ dtype, shape, range }: Argument, seed: number, place: number): HostTensor {
  const random = createRandom(seed, 'argument', place);
  const [low, high] = range;
  const size = sizeOf(shape);
  const uniform = Array.from({ length: size }, (_, i) => random.uniform(i));
  switch (dtype) {
    case 'float32':
      return float32(
        shape,
        uniform.map((u) => low + u * (high - low)),
      );
    case 'int32':
      return int32(
        shape,
        uniform.map((u) => low + Math.floor(u * (high - low + 1))),
      );
    case 'bool':
      return bool(
        shape,
        uniform.map((u) => u < 0.5),
      );
  }
}

/**
 * A step that applies the function to its inputs x0, x1, …; with `gradient` also the gradient of a random linear
 * combination of its float32 results, with respect to its float32 arguments.
 */
export function stepOf(f: TensorFunction, args: readonly Argument[], gradient: boolean): StepFunction {
  return (_, inputs) => {
    const tensors = args.map((_, i) => inputs[`x${i}`]!);
    const apply = (values: Tensor[]) => {
      const result = f(...values);
      return result instanceof tf.Tensor ? [result] : [...result];
    };
    const outputs: Record<string, Tensor> = {};
    apply(tensors).forEach((tensor, i) => {
      outputs[`y${i}`] = tensor;
    });
    if (gradient) {
      const floats = tensors.flatMap((tensor, i) => (tensor.dtype === 'float32' ? [i] : []));
      const objective = (...values: Tensor[]) => {
        const all = [...tensors];
        floats.forEach((place, i) => {
          all[place] = values[i]!;
        });
        const weighted = apply(all).flatMap((tensor, i) =>
          tensor.dtype === 'float32' ? [tf.sum(tf.mul(tensor, weightsFor(tensor, i)))] : [],
        );
        return weighted.reduce((sum, term) => tf.add(sum, term));
      };
      tf.grads(objective)(floats.map((i) => tensors[i]!)).forEach((tensor, i) => {
        outputs[`dx${floats[i]}`] = tensor;
      });
    }
    return { outputs };
  };
}

function weightsFor(tensor: Tensor, place: number): Tensor {
  return tf.tensor(
    Float32Array.from({ length: tensor.size }, (_, i) => weightAt(place, i)),
    tensor.shape,
  );
}

/** The weight of an element of a result in the combination that is differentiated. */
export function weightAt(place: number, index: number): number {
  return 0.5 + createRandom(99, 'weights', place).uniform(index);
}

/** Runs the step once on both devices; throws where they differ by more than `tolerance`, relative above 1. */
export async function compareStep(
  devices: readonly [Device, Device],
  label: string,
  step: StepFunction,
  inputs: Readonly<Record<string, HostTensor>>,
  tolerance = 1e-5,
): Promise<void> {
  const results: Record<string, HostTensor>[] = [];
  for (const device of devices) {
    const program = device.program(label, step);
    const state = device.createState({});
    results.push(await program.run(state, inputs));
    state.dispose();
    await program.dispose();
  }
  const [actual, expected] = results as [Record<string, HostTensor>, Record<string, HostTensor>];
  for (const [name, tensor] of Object.entries(expected))
    assertClose(`${label}: ${name}`, actual[name], tensor, tolerance);
}

export function assertClose(
  name: string,
  actual: HostTensor | undefined,
  expected: HostTensor,
  tolerance: number,
): void {
  const describe = (t: HostTensor | undefined) => (t ? `${t.dtype}[${t.shape.join(', ')}]` : 'nothing');
  if (describe(actual) !== describe(expected))
    throw new Error(`${name} is ${describe(actual)}, not ${describe(expected)}`);
  expected.data.forEach((wanted, i) => {
    const got = actual!.data[i]!;
    if (Object.is(got, wanted) || got === wanted) return;
    if (!(Math.abs(got - wanted) <= tolerance * Math.max(1, Math.abs(wanted)))) {
      throw new Error(`${name}[${i}] is ${got}, not ${wanted}`);
    }
  });
}
