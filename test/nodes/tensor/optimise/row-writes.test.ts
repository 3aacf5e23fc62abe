/** State of which a step replaces rows: only the rows leave the program. */
import t from 'tap';
import type { StepFunction, Tensors } from '../../../../nodes/tensor/device.js';
import { createOnnxDevice } from '../../../../nodes/tensor/devices/onnx.js';
import { createReferenceDevice } from '../../../../nodes/tensor/devices/reference.js';
import { float32, int32 } from '../../../../nodes/tensor/host-tensor.js';
import { takeRowWrites } from '../../../../nodes/tensor/optimise/row-writes.js';
import { tf } from '../../../../nodes/tensor/tf.js';
import { trace, typesOf } from '../../../../nodes/tensor/trace.js';

const state = { cache: float32([2, 3, 4]), other: float32([5]) };
const inputs = {
  indices: int32([2, 2], [1, 2, 0, 1]),
  rows: float32(
    [2, 4],
    Float32Array.from({ length: 8 }, (_, i) => i + 1),
  ),
};
type Maybe = Tensors[string] | undefined;
const scatter = (cache: Maybe, indices: Maybe, rows: Maybe) => tf.tensorScatterUpdate(cache!, indices!, rows!);

/** Steps, and the entries of the state that are written row by row. */
const steps: readonly [string, StepFunction, string[]][] = [
  [
    'rows at computed places',
    ({ cache }, { indices, rows }) => ({
      state: { cache: scatter(cache, tf.add(indices!, tf.scalar(0, 'int32')), tf.mul(rows!, 2)) },
      outputs: { sum: tf.sum(cache!) },
    }),
    ['cache'],
  ],
  [
    'rows that are an input, at constant places',
    ({ cache }, { rows }) => ({
      state: {
        cache: scatter(cache, tf.tensor2d([[1], [0]], [2, 1], 'int32'), tf.tile(rows!.reshape([2, 1, 4]), [1, 3, 1])),
      },
      outputs: {},
    }),
    ['cache'],
  ],
  [
    'single numbers',
    ({ cache, other }, { indices, rows }) => ({
      state: {
        cache: scatter(cache, indices, rows),
        other: scatter(other, tf.slice(indices!, [0, 0], [2, 1]), tf.slice(rows!.flatten(), [3], [2])),
      },
      outputs: {},
    }),
    ['cache', 'other'],
  ],
  [
    'not where the step reads what it wrote',
    ({ cache }, { indices, rows }) => {
      const next = scatter(cache, indices, rows);
      return { state: { cache: next }, outputs: { sum: tf.sum(next) } };
    },
    [],
  ],
  [
    'nor where it gives it out as well',
    ({ cache }, { indices, rows }) => {
      const next = scatter(cache, indices, rows);
      return { state: { cache: next }, outputs: { next } };
    },
    [],
  ],
  [
    'nor where rows of something else are replaced',
    ({ cache }, { indices, rows }) => ({
      state: { cache: scatter(tf.add(cache!, 1), indices, rows) },
      outputs: {},
    }),
    [],
  ],
];

for (const [name, step, written] of steps) {
  t.test(name, async (t) => {
    const { trace: taken, writes } = takeRowWrites(trace(name, step, typesOf(state), typesOf(inputs)));
    t.same([...writes.keys()].sort(), written);
    t.equal(taken.graph.nodes.filter(({ op }) => op === 'ScatterND').length, written.length > 0 ? 0 : 1);
    const results = [];
    for (const device of [
      createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads: 1 }),
      createReferenceDevice(),
    ]) {
      const held = device.createState(state);
      const program = device.program(name, step);
      const outputs = [await program.run(held, inputs), await program.run(held, inputs)];
      results.push({ state: await held.read(), outputs });
      await device.dispose();
    }
    t.same(results[0], results[1]);
    t.ok(results[0]!.state.cache!.data.includes(7) || results[0]!.state.cache!.data.includes(14), 'rows were written');
  });
}
