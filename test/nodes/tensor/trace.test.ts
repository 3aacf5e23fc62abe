import t from 'tap';
import type { StepFunction } from '../../../nodes/tensor/device.js';
import { verifyGraph } from '../../../nodes/tensor/graph.js';
import { GraphBuilder } from '../../../nodes/tensor/graph-builder.js';
import { sizeOf } from '../../../nodes/tensor/host-tensor.js';
import { modulesOf } from '../../../nodes/tensor/module-of.js';
import { inModule } from '../../../nodes/tensor/scope.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { type TensorTypes, trace } from '../../../nodes/tensor/trace.js';

const matrix: TensorTypes = { x: { dtype: 'float32', shape: [4, 3] } };
const traceOf = (step: StepFunction, inputs = matrix) => trace('test', step, {}, inputs);
const opsOf = (step: StepFunction, inputs = matrix) => traceOf(step, inputs).graph.nodes.map((node) => node.op);

t.test('random operations are refused, with and without a seed', async (t) => {
  const steps: Record<string, StepFunction> = {
    randomUniform: (_, { x }) => ({ outputs: { y: tf.add(x!, tf.randomUniform([4, 3])) } }),
    randomNormal: (_, { x }) => ({ outputs: { y: tf.add(x!, tf.randomNormal([4, 3], 0, 1, 'float32', 7)) } }),
    truncatedNormal: (_, { x }) => ({ outputs: { y: tf.add(x!, tf.truncatedNormal([4, 3])) } }),
    multinomial: (_, { x }) => ({ outputs: { y: tf.multinomial(x as never, 1, 3) } }),
  };
  for (const [name, step] of Object.entries(steps)) {
    t.throws(() => traceOf(step), new RegExp(`'test' cannot be compiled: The random op ${name} would be baked into`));
  }
  t.throws(
    () => traceOf((_, { x }) => ({ outputs: { y: tf.dropout(x!, 0.5, undefined, 3) } })),
    /randomUniform.*as an input/,
  );
});

t.test('values cannot be read', async (t) => {
  t.throws(
    () => traceOf((_, { x }) => ({ outputs: { y: tf.scalar(x!.dataSync()[0]!) } })),
    /read the values of a tensor .* It was read at .*trace\.test/,
  );
  t.throws(() => traceOf((_, { x }) => ({ outputs: { y: tf.tensor(x!.arraySync()) } })), /read the values of a tensor/);
});

t.test('a kernel that is missing is named, with its caller', async (t) => {
  t.throws(
    () => traceOf((_, { x }) => ({ outputs: { y: tf.conv1d(x as never, tf.ones([2, 3, 1]), 1, 'same') } })),
    /kernel Conv2D cannot be compiled\. It was called at .*trace\.test/,
  );
});

t.test('what cannot be compiled is named with the module of the model, and the line that called it', async (t) => {
  const inLayer = (body: () => ReturnType<typeof tf.tensor>) => () => ({
    outputs: { y: inModule('model.layers.3', () => inModule('model.layers.3.mlp.down_proj', body)) },
  });
  t.throws(
    () => traceOf(inLayer(() => tf.mirrorPad(tf.ones([3]), [[1, 1]], 'symmetric'))),
    /'test' cannot be compiled, in model\.layers\.3\.mlp\.down_proj: MirrorPad: .* was called at .*trace\.test/,
  );
  t.throws(
    () => traceOf(inLayer(() => tf.cast(tf.scalar(3e9), 'int32'))),
    /in model\.layers\.3\.mlp\.down_proj: The constant 3000000000 overflows int32/,
  );
  t.throws(
    () =>
      traceOf((_, { x }) => ({ outputs: { y: tf.scatterND(tf.cast(x!, 'int32'), tf.ones([4]), [2048, 2048, 2048]) } })),
    /\[2048, 2048, 2048\] overflow int32/,
  );
});

t.test('nodes belong to modules: those of gradients and updates to the weight that they read', async (t) => {
  const { graph, stateInputs } = trace(
    'test',
    ({ w }, { x }) => {
      const loss = (weight: ReturnType<typeof tf.tensor>) =>
        tf.sum(inModule('up_proj', () => tf.relu(tf.matMul(x!, weight)))) as ReturnType<typeof tf.scalar>;
      const { value, grad } = tf.valueAndGrad(loss)(w!);
      return { state: { w: tf.sub(w!, tf.mul(grad, 0.5)) }, outputs: { value } };
    },
    { w: { dtype: 'float32', shape: [3, 3] } },
    matrix,
  );
  const modules = modulesOf(graph, stateInputs);
  const found = Object.fromEntries(graph.nodes.map((node) => [node.op, [node.module, modules.get(node)]]));
  t.same(found.Gemm, ['up_proj', 'up_proj']);
  t.same(found.Sub, [undefined, 'w']);
});

t.test('a trace leaves the backend and the tensors as they were', async (t) => {
  await tf.setBackend('cpu');
  const constant = tf.tensor1d([1, 2, 3]);
  const before = tf.memory().numTensors;
  traceOf((_, { x }) => ({ outputs: { y: tf.add(x!, constant) } }));
  t.throws(() =>
    traceOf(() => {
      throw new Error('no');
    }),
  );
  t.equal(tf.getBackend(), 'cpu');
  t.equal(tf.memory().numTensors, before);
  t.same([...constant.dataSync()], [1, 2, 3], 'a constant closed over is still its own backend’s');
  let leaked: ReturnType<typeof tf.tensor> | undefined;
  traceOf((_, { x }) => {
    leaked = tf.keep(tf.add(x!, 1));
    return { outputs: { y: leaked } };
  });
  t.throws(() => traceOf(() => ({ outputs: { y: tf.add(leaked!, 1) } })), /earlier trace/);
});

t.test('constants are not spread out', async (t) => {
  const { graph } = traceOf((_, { x }) => ({
    outputs: {
      a: tf.mul(tf.add(x!, tf.ones([4, 3])), tf.fill([4, 3], 2)),
      b: tf.grad((v) => tf.mean(tf.square(v)))(x!),
    },
  }));
  for (const data of graph.initializers.values()) t.ok(data.length <= 2, `an initializer of ${data.length}`);
  t.notOk(graph.nodes.some((node) => node.op === 'Expand' || node.op === 'Tile'));
});

t.test('what has no use, or was computed already, leaves no node', async (t) => {
  t.same(
    opsOf((_, { x }) => {
      tf.exp(x!);
      return { outputs: { y: tf.neg(x!) } };
    }),
    ['Neg'],
  );
  t.same(
    opsOf((_, { x }) => ({ outputs: { y: tf.add(tf.exp(x!), tf.exp(x!)) } })),
    ['Exp', 'Add'],
  );
  t.same(
    opsOf((_, { x }) => ({ outputs: { y: tf.exp(tf.add(tf.mul(x!, 1), 0)) } })),
    ['Exp'],
  );
  t.same(
    opsOf((_, { x }) => ({ outputs: { y: tf.exp(tf.reshape(tf.reshape(x!, [2, 6]), [4, 3])) } })),
    ['Exp'],
  );
  t.same(
    opsOf((_, { x }) => ({ outputs: { y: tf.matMul(x!, tf.transpose(tf.exp(x!))) } })),
    ['Exp', 'Gemm'],
  );
  const unused = trace('test', (s) => ({ outputs: { y: tf.exp(s.a!) } }), { ...matrix, a: matrix.x! }, matrix);
  t.same(unused.graph.inputs, ['state:a']);
});

t.test('the verifier refuses graphs that are out of order', async (t) => {
  const builder = new GraphBuilder();
  const x = builder.input('x', 'float32', [2]);
  const y = builder.elementwise('Exp', [x], 'float32');
  const z = builder.elementwise('Neg', [y], 'float32');
  const graph = builder.finish([z.value]);
  verifyGraph(graph);
  t.throws(() => verifyGraph({ ...graph, nodes: [...graph.nodes].reverse() }), /not yet defined/);
  t.throws(() => verifyGraph({ ...graph, nodes: [...graph.nodes, ...graph.nodes] }), /a second time/);
  t.throws(() => verifyGraph({ ...graph, outputs: ['nowhere'] }), /defined nowhere/);
  t.throws(() => verifyGraph({ ...graph, values: new Map([...graph.values].slice(0, 2)) }), /has no dtype and shape/);
  t.throws(
    () => verifyGraph({ ...graph, initializers: new Map([[x.value, Float32Array.of(1)]]), inputs: [] }),
    /not those of its shape/,
  );
  t.equal(sizeOf([2, 0]), 0);
});
