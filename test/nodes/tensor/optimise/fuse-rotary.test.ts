import t from 'tap';
import { type Rotation, rotate } from '../../../../nodes/nn/rope.js';
import type { StepFunction } from '../../../../nodes/tensor/device.js';
import { createOnnxDevice } from '../../../../nodes/tensor/devices/onnx.js';
import { createReferenceDevice } from '../../../../nodes/tensor/devices/reference.js';
import { tf } from '../../../../nodes/tensor/tf.js';
import { trace, typesOf } from '../../../../nodes/tensor/trace.js';
import { compareStep, draw } from '../compare-devices.js';

const argument = (shape: readonly number[]) => ({ dtype: 'float32' as const, shape, range: [-1, 1] as const });
/** `[batch, heads, time, width]` */
const x = draw(argument([2, 3, 5, 8]), 1, 0);
const table = (shape: readonly number[], place: number) => draw(argument(shape), 1, place);

const opsOf = (step: StepFunction, inputs: Parameters<typeof typesOf>[0]) =>
  trace('test', step, {}, typesOf(inputs)).graph.nodes.map(({ op }) => op);

/** A rotation, and its gradient. */
const step: StepFunction = (_, { x, weights, ...tables }) => {
  const rotation = tables as unknown as Rotation;
  const objective = (value: typeof x) =>
    tf.sum(tf.mul(rotate(value!, rotation), weights!)) as ReturnType<typeof tf.scalar>;
  return { outputs: { y: rotate(x!, rotation), dx: tf.grad(objective)(x!) } };
};

for (const [name, shape] of [
  ['one table for all rows', [5, 4]],
  ['a table for each row', [2, 1, 5, 4]],
  ['a part of each head', [5, 3]],
] as const) {
  t.test(name, async (t) => {
    const inputs = { x, weights: draw(argument(x.shape), 2, 0), cos: table(shape, 1), sin: table(shape, 2) };
    const ops = opsOf(step, inputs);
    t.equal(ops.filter((op) => op === 'RotaryEmbedding').length, 2, 'forward and back');
    t.notOk(ops.includes('Sub'), 'and nothing of what it replaces');
    const onnx = createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads: 2 });
    const reference = createReferenceDevice();
    await compareStep([onnx, reference], name, step, inputs);
    await onnx.dispose();
    await reference.dispose();
  });
}

t.test('what only looks like a rotation stays as it is', (t) => {
  type Tensor = ReturnType<typeof tf.tensor>;
  const like = (combine: (a: Tensor, b: Tensor, cos: Tensor, sin: Tensor) => Tensor[]): StepFunction => {
    return (_, { x, cos, sin }) => {
      const [a, b] = tf.split(x!, 2, -1) as [Tensor, Tensor];
      return { outputs: { y: tf.concat(combine(a, b, cos!, sin!), -1) } };
    };
  };
  const inputs = { x, cos: table([5, 4], 1), sin: table([5, 4], 2) };
  const { sub, add, mul } = tf;
  const right = like((a, b, c, s) => [sub(mul(a, c), mul(b, s)), add(mul(b, c), mul(a, s))]);
  const swapped = like((a, b, c, s) => [sub(mul(b, c), mul(a, s)), add(mul(a, c), mul(b, s))]);
  const otherSign = like((a, b, c, s) => [add(mul(a, c), mul(b, s)), sub(mul(b, c), mul(a, s))]);
  const otherTable = like((a, b, c, s) => [sub(mul(a, c), mul(b, s)), add(mul(b, s), mul(a, s))]);
  t.ok(opsOf(right, inputs).includes('RotaryEmbedding'));
  for (const step of [swapped, otherSign, otherTable]) t.notOk(opsOf(step, inputs).includes('RotaryEmbedding'));
  const wide = { x, cos: table([2, 3, 5, 4], 1), sin: table([2, 3, 5, 4], 2) };
  t.notOk(opsOf(right, wide).includes('RotaryEmbedding'), 'a table for each head');
  t.end();
});
