import t from 'tap';
import type { ConstantData, Graph, GraphNode, Value } from '../../../../nodes/tensor/graph.js';
import { serialiseModel } from '../../../../nodes/tensor/onnx/model.js';
import { Message } from '../../../../nodes/tensor/onnx/protobuf.js';
import { ort } from '../../../../nodes/tensor/onnx/runtime.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

t.test('the wire format is that of the specification', async (t) => {
  t.equal(hex(new Message().int(1, 150).finish()), '089601');
  t.equal(hex(new Message().int(1, -1).finish()), `08${'ff'.repeat(9)}01`);
  t.equal(hex(new Message().string(2, 'testing').finish()), '120774657374696e67');
  t.equal(hex(new Message().message(3, new Message().int(1, 150)).finish()), '1a03089601');
  t.equal(hex(new Message().float(2, 1).finish()), '150000803f');
  t.equal(hex(new Message().int(20, 7).finish()), 'a00107');
  t.equal(new Message().bytes(1, new Uint8Array(300)).finish().length, 303, 'a length of two bytes');
});

async function run(
  nodes: GraphNode[],
  constants: Record<string, [Value, ConstantData]>,
  x: [Value, ConstantData],
  y: Value,
) {
  const names = nodes.flatMap((node) => node.outputs);
  const graph: Graph = {
    inputs: ['x'],
    outputs: ['y'],
    nodes,
    initializers: new Map(Object.entries(constants).map(([name, [, data]]) => [name, data])),
    values: new Map([
      ...names.map((name) => [name, y] as const),
      ['x', x[0]],
      ...Object.entries(constants).map(([name, [v]]) => [name, v] as const),
    ]),
  };
  const session = await ort.InferenceSession.create(serialiseModel('test', graph), {
    graphOptimizationLevel: 'disabled',
  });
  const feed = new ort.Tensor(x[0].dtype, x[1] as never, x[0].shape);
  const result = await session.run({ x: feed });
  await session.release();
  return [...(result.y!.data as Float32Array)];
}

t.test('ONNX Runtime reads every kind of attribute and constant', async (t) => {
  const float = (shape: number[], ...numbers: number[]): [Value, ConstantData] => [
    { dtype: 'float32', shape },
    Float32Array.from(numbers),
  ];
  const none = {};
  t.same(
    await run(
      [{ op: 'LeakyRelu', inputs: ['x'], outputs: ['y'], attributes: { alpha: { type: 'float', value: 0.25 } } }],
      none,
      float([2], -4, 4),
      { dtype: 'float32', shape: [2] },
    ),
    [-1, 4],
    'float',
  );
  t.same(
    await run(
      [{ op: 'Transpose', inputs: ['x'], outputs: ['y'], attributes: { perm: { type: 'ints', value: [1, 0] } } }],
      none,
      float([2, 2], 1, 2, 3, 4),
      { dtype: 'float32', shape: [2, 2] },
    ),
    [1, 3, 2, 4],
    'ints',
  );
  t.same(
    await run(
      [{ op: 'Cast', inputs: ['x'], outputs: ['y'], attributes: { to: { type: 'int', value: 6 } } }],
      none,
      float([2], 1.5, -2),
      { dtype: 'int32', shape: [2] },
    ),
    [1, -2],
    'int',
  );
  t.same(
    await run(
      [
        {
          op: 'Pad',
          inputs: ['x', 'pads'],
          outputs: ['y'],
          attributes: { mode: { type: 'string', value: 'reflect' } },
        },
      ],
      { pads: [{ dtype: 'int64', shape: [2] }, BigInt64Array.of(1n, 0n)] },
      float([3], 1, 2, 3),
      { dtype: 'float32', shape: [4] },
    ),
    [2, 1, 2, 3],
    'string, and an int64 constant',
  );
  t.same(
    await run(
      [{ op: 'Where', inputs: ['which', 'x', 'other'], outputs: ['y'], attributes: {} }],
      {
        which: [{ dtype: 'bool', shape: [2] }, Uint8Array.of(1, 0)],
        other: [{ dtype: 'int32', shape: [] }, Int32Array.of(-7)],
      },
      [{ dtype: 'int32', shape: [2] }, Int32Array.of(1, 2)],
      { dtype: 'int32', shape: [2] },
    ),
    [1, -7],
    'bool and int32 constants, a scalar',
  );
  t.same(
    await run(
      [
        {
          op: 'FusedMatMul',
          domain: 'com.microsoft',
          inputs: ['x', 'x'],
          outputs: ['y'],
          attributes: { transB: { type: 'int', value: 1 } },
        },
      ],
      none,
      float([1, 2], 3, 4),
      { dtype: 'float32', shape: [1, 1] },
    ),
    [25],
    'an operator of another domain',
  );
});

t.test('a message may have any number of parts, as the graph of a deep model has', async (t) => {
  const long = new Message();
  for (let i = 0; i < 300_000; i++) long.int(1, 1);
  t.equal(new Message().message(2, long).finish().length, 600_000 + 4);
});
