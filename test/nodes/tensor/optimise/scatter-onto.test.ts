import t from 'tap';
import type { StepFunction } from '../../../../nodes/tensor/device.js';
import { createOnnxDevice } from '../../../../nodes/tensor/devices/onnx.js';
import { createReferenceDevice } from '../../../../nodes/tensor/devices/reference.js';
import { float32, int32 } from '../../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../../nodes/tensor/tf.js';
import { trace, typesOf } from '../../../../nodes/tensor/trace.js';
import { compareStep, draw } from '../compare-devices.js';

const inputs = {
  table: draw({ dtype: 'float32', shape: [5, 3], range: [-1, 1] }, 1, 0),
  rows: draw({ dtype: 'float32', shape: [4, 3], range: [-1, 1] }, 1, 1),
  ids: int32([4], [2, 0, 2, 4]),
};
const opsOf = (step: StepFunction) => trace('test', step, {}, typesOf(inputs)).graph.nodes.map(({ op }) => op);
type Tensor = ReturnType<typeof tf.tensor>;
const scattered = (rows: Tensor, ids: Tensor) => tf.unsortedSegmentSum(rows, ids as ReturnType<typeof tf.tensor1d>, 5);

t.test('rows are added onto what their sum is added to, from either side', async (t) => {
  const onnx = createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads: 1 });
  const reference = createReferenceDevice();
  for (const flip of [false, true]) {
    const step: StepFunction = (_, { table, rows, ids }) => {
      const sum = scattered(rows!, ids!);
      const doubled = tf.mul(table!, 2);
      return { outputs: { y: flip ? tf.add(sum, doubled) : tf.add(doubled, sum) } };
    };
    t.notOk(opsOf(step).includes('Add'));
    await compareStep([onnx, reference], 'scatter', step, inputs);
  }
  await onnx.dispose();
  await reference.dispose();
});

t.test('not where the sum is wanted for itself, or is added to less than itself', (t) => {
  const twice: StepFunction = (_, { table, rows, ids }) => {
    const sum = scattered(rows!, ids!);
    return { outputs: { y: tf.add(table!, sum), sum } };
  };
  t.ok(opsOf(twice).includes('Add'));
  const row: StepFunction = (_, { rows, ids }) => ({
    outputs: { y: tf.add(scattered(rows!, ids!), tf.sum(rows!, 0)) },
  });
  t.ok(opsOf(row).includes('Add'));
  t.end();
});

t.test('a loss comes before the updates: it is the last end of the list', (t) => {
  const state = typesOf({ w: float32([3, 2]) });
  const step: StepFunction = ({ w }, { rows }) => {
    const { value, grad } = tf.valueAndGrad((v) => tf.sum(tf.exp(tf.matMul(rows!, v))) as ReturnType<typeof tf.scalar>)(
      w!,
    );
    return { state: { w: tf.sub(w!, grad) }, outputs: { loss: value } };
  };
  const traced = trace('test', step, state, typesOf({ rows: inputs.rows }));
  t.same(traced.graph.nodes.at(-1)!.outputs, [traced.stepOutputs.get('loss')]);
  t.end();
});
