import t from 'tap';
import type { Graph, Value } from '../../../../nodes/tensor/graph.js';
import { serialiseModel } from '../../../../nodes/tensor/onnx/model.js';
import { runInto, unreadableOutput } from '../../../../nodes/tensor/onnx/run-into.js';
import { ort } from '../../../../nodes/tensor/onnx/runtime.js';

const value: Value = { dtype: 'float32', shape: [3] };
/** y = x + x, z = table[i] */
const graph: Graph = {
  inputs: ['x', 'i'],
  outputs: ['y', 'z'],
  nodes: [
    { op: 'Add', inputs: ['x', 'x'], outputs: ['y'], attributes: {} },
    { op: 'Gather', inputs: ['x', 'i'], outputs: ['z'], attributes: {} },
  ],
  initializers: new Map(),
  values: new Map<string, Value>([
    ['x', value],
    ['i', { dtype: 'int32', shape: [3] }],
    ['y', value],
    ['z', value],
  ]),
};
const floats = (...numbers: number[]) => new ort.Tensor('float32', Float32Array.from(numbers), [3]);
const ints = (...numbers: number[]) => new ort.Tensor('int32', Int32Array.from(numbers), [3]);

t.test('outputs are written to the tensors given, over an input too, and are not handed over', async (t) => {
  const session = await ort.InferenceSession.create(serialiseModel('test', graph, true));
  t.same(session.outputNames, [unreadableOutput, 'y', 'z']);
  const z = floats(0, 0, 0);
  const y = floats(0, 0, 0);
  await runInto(session, { x: floats(1, 2, 3), i: ints(2, 1, 0) }, { y, z });
  t.same([...(y.data as Float32Array)], [2, 4, 6]);
  t.same([...(z.data as Float32Array)], [3, 2, 1]);
  await t.rejects(
    session.run({ x: y, i: ints(0, 0, 0) }, { [unreadableOutput]: null, y }),
    { message: 'Non tensor type is temporarily not supported.' },
    'the binding stops before it copies',
  );
  t.same([...(y.data as Float32Array)], [4, 8, 12]);
  await session.release();
});

t.test('what goes wrong in the run is thrown', async (t) => {
  const session = await ort.InferenceSession.create(serialiseModel('test', graph, true));
  const run = runInto(session, { x: floats(1, 2, 3), i: ints(9, 0, 0) }, { y: floats(0, 0, 0), z: floats(0, 0, 0) });
  await t.rejects(run, /Gather/);
  await session.release();
});
