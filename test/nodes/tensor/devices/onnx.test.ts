import { createHash } from 'node:crypto';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import t from 'tap';
import type { Device, HostTensor, HostTensors } from '../../../../nodes/tensor/device.js';
import { createOnnxDevice } from '../../../../nodes/tensor/devices/onnx.js';
import { createReferenceDevice } from '../../../../nodes/tensor/devices/reference.js';
import { bool, float32, int32 } from '../../../../nodes/tensor/host-tensor.js';
import { createRandom } from '../../../../nodes/tensor/random.js';
import { inModule } from '../../../../nodes/tensor/scope.js';
import { tf } from '../../../../nodes/tensor/tf.js';
import { assertClose } from '../compare-devices.js';
import { initialState, tokens, trainingStep } from '../tiny-decoder.js';

const onnx = (threads = 1, inPlace = true) => createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads, inPlace });

/** Ten steps; the losses, and the state afterwards. */
async function train(device: Device, clip = true) {
  const state = device.createState(initialState());
  const program = device.program('train', trainingStep(clip));
  const losses: number[] = [];
  for (let step = 0; step < 10; step++) losses.push((await program.run(state, tokens(step))).loss!.data[0]!);
  const values = await state.read();
  await device.dispose();
  return { losses, values, digest: digestOf(values) };
}

function digestOf(values: HostTensors): string {
  const hash = createHash('sha256');
  for (const [name, { data }] of Object.entries(values)) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

t.test('ten training steps equal the reference', async (t) => {
  const actual = await train(onnx());
  const expected = await train(createReferenceDevice());
  t.equal(actual.losses.length, 10);
  actual.losses.forEach((loss, step) => {
    t.ok(Math.abs(loss - expected.losses[step]!) < 1e-4, `loss ${loss} of step ${step}`);
  });
  t.ok(actual.losses[9]! < actual.losses[0]!, 'the loss falls');
  t.equal(Object.keys(actual.values).length, 24);
  for (const [name, value] of Object.entries(expected.values)) assertClose(name, actual.values[name], value, 1e-4);
});

t.test('the result is the same to the bit: run after run, with one thread and two, in place and not', async (t) => {
  const { digest } = await train(onnx());
  t.equal((await train(onnx())).digest, digest);
  t.equal((await train(onnx(2))).digest, digest);
  t.equal((await train(onnx(1, false))).digest, digest);
  const unclipped = (await train(onnx(), false)).digest;
  t.not(unclipped, digest);
  t.equal((await train(onnx(2, false), false)).digest, unclipped, 'where most entries need two buffers');
});

t.test('tensors that are worth two threads give the same bits with one', async (t) => {
  const [rows, width, vocab] = [1024, 96, 300];
  const digests: string[] = [];
  for (const threads of [1, 2, 2]) {
    const device = onnx(threads);
    const weights = float32([vocab, width]);
    createRandom(3, 'weights').fillNormal(weights.data, 0.1);
    const state = device.createState({ weights });
    const program = device.program('wide', (held, inputs) => {
      const loss = (table: Tensor) => {
        const x = tf.gather(table, inputs.ids!);
        return tf.mean(
          tf.logSumExp(tf.matMul(tf.softmax(tf.matMul(x, x, false, true)), tf.matMul(x, table, false, true)), -1),
        );
      };
      const { value, grad } = tf.valueAndGrad(loss as (x: Tensor) => Scalar)(held.weights!);
      return { state: { weights: tf.sub(held.weights!, tf.mul(grad, 10)) }, outputs: { loss: value } };
    });
    const random = createRandom(4, 'ids');
    // Few distinct rows, so that many gradients fall on the same one.
    const ids = int32(
      [rows],
      Int32Array.from({ length: rows }, (_, i) => random.uint32(i) % 9),
    );
    for (let step = 0; step < 2; step++) await program.run(state, { ids });
    digests.push(digestOf(await state.read()));
    await device.dispose();
  }
  t.equal(digests[1], digests[0]);
  t.equal(digests[2], digests[0]);
});

t.test('gradients of weights of many shapes have the same bits whatever the threads', async (t) => {
  const random = createRandom(5, 'operands');
  const digests: string[] = [];
  /** Terms of a sum, rows, columns; batch. */
  const shapes = [
    [512, 96, 96],
    [512, 300, 2],
    [512, 32, 96],
    [512, 64, 128],
    [512, 128, 384],
    [512, 384, 1152],
    [1024, 1152, 256],
    [1024, 128, 96],
    [384, 64, 128, 16],
    [384, 64, 128, 2],
  ] as const;
  for (const threads of [1, 2, 3, 8]) {
    const device = onnx(threads);
    const results: Record<string, HostTensor> = {};
    for (const [inner, rows, columns, ...batch] of shapes) {
      const left = float32([...batch, inner, rows]);
      const right = float32([...batch, inner, columns]);
      random.fillNormal(left.data, 1);
      random.fillNormal(right.data, 1);
      const program = device.program('product', (_, inputs) => ({
        outputs: { product: tf.matMul(inputs.left!, inputs.right!, true, false) },
      }));
      const { product } = await program.run(device.createState({}), { left, right });
      results[`${[inner, rows, columns, ...batch]}`] = product!;
      await program.dispose();
    }
    digests.push(digestOf(results));
    await device.dispose();
  }
  t.equal(new Set(digests).size, 1);
});

t.test('a program is compiled once for each structure and shape', async (t) => {
  const device = onnx();
  const state = device.createState({ total: float32([2], [1, 2]), other: float32([1]) });
  const program = device.program('sum', (held, inputs) => {
    const total = tf.add(held.total!, tf.sum(inputs.x!));
    return { state: { total }, outputs: { total } };
  });
  t.equal(device.compiledPrograms, 0);
  await program.run(state, { x: float32([2], [1, 1]) });
  await program.run(state, { x: float32([2], [2, 2]) });
  t.equal(device.compiledPrograms, 1);
  await program.run(state, { x: float32([3], [1, 1, 1]) });
  t.equal(device.compiledPrograms, 2, 'another shape');
  const { total } = await program.run(state, { x: float32([2], [0, 1]) });
  t.equal(device.compiledPrograms, 2, 'the first again');
  t.same([...total!.data], [11, 12]);
  t.same([...(await state.read(['total'])).total!.data], [11, 12]);
  state.write({ other: float32([5]) });
  await program.run(state, { x: float32([2]) });
  t.equal(device.compiledPrograms, 3, 'another state');
  await device.dispose();
});

t.test('a shape that changes every step is warned of, once', async (t) => {
  const warnings: string[] = [];
  const device = createOnnxDevice({
    name: 'onnx-cpu',
    provider: 'cpu',
    threads: 1,
    warn: (message) => warnings.push(message),
  });
  const state = device.createState({});
  const program = device.program('step', (_, inputs) => ({ outputs: { y: tf.neg(inputs.ids!) } }));
  for (let length = 1; length <= 40; length++) await program.run(state, { ids: float32([length]) });
  t.equal(warnings.length, 1);
  t.match(warnings[0], /'step' has been compiled for 32 shapes; last because 'ids' was \[31\] and is \[32\]/);
  await device.dispose();
});

t.test('a program that cannot fit is refused before it runs', async (t) => {
  const open = (memoryLimit: number) =>
    createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads: 1, memoryLimit });
  const run = async (device: Device) => {
    const program = device.program('wide', (_, inputs) => ({
      outputs: { sum: tf.sum(tf.matMul(inputs.x!, inputs.x!, false, true)) },
    }));
    await program.run(device.createState({}), { x: float32([20_000, 1]) });
  };
  await t.rejects(run(open(1.5e9)), {
    code: 'not-enough-memory',
    message: /'wide' would take about (1\.[6-9]|2\.\d) GB of memory, and there are 1\.5 GB/,
    hint: /gradient_checkpointing/,
  });
});

t.test('state may change its shape, appear, be exchanged, and stay as it is', async (t) => {
  const device = onnx();
  const state = device.createState({
    list: float32([1], [5]),
    a: int32([2], [1, 2]),
    b: int32([2], [3, 4]),
    still: bool([1]),
  });
  const program = device.program('grow', (held, inputs) => ({
    state: { list: tf.concat([held.list!, inputs.x!]), a: held.b!, b: held.a!, still: held.still!, copy: held.list! },
    outputs: { old: held.list!, x: inputs.x! },
  }));
  await program.run(state, { x: float32([1], [6]) });
  const { old, x } = await program.run(state, { x: float32([1], [7]) });
  t.same([...old!.data], [5, 6]);
  t.same([...x!.data], [7]);
  const values = await state.read();
  t.same([...values.list!.data], [5, 6, 7]);
  t.same([...values.copy!.data], [5, 6]);
  t.same(
    [[...values.a!.data], [...values.b!.data]],
    [
      [1, 2],
      [3, 4],
    ],
    'exchanged twice',
  );
  t.same([...values.still!.data], [0]);
  t.same([...state.names].sort(), ['a', 'b', 'copy', 'list', 'still']);
  await device.dispose();
});

t.test('a state shares no memory with its caller', async (t) => {
  const device = onnx();
  const mine = float32([2], [1, 2]);
  const state = device.createState({ w: mine });
  const program = device.program('double', (held) => ({
    state: { w: tf.mul(held.w!, 2) },
    outputs: { w: tf.mul(held.w!, 2) },
  }));
  const first = await program.run(state, {});
  const read = await state.read();
  await program.run(state, {});
  t.same([...mine.data], [1, 2]);
  t.same([...first.w!.data], [2, 4]);
  t.same([...read.w!.data], [2, 4]);
  state.write({ w: mine });
  await program.run(state, {});
  t.same([...mine.data], [1, 2]);
  await device.dispose();
});

t.test('NaN comes through', async (t) => {
  const device = onnx();
  const state = device.createState({ w: float32([2], [1, 1]) });
  const program = device.program('nan', (held, inputs) => {
    const w = tf.div(held.w!, inputs.x!);
    return { state: { w }, outputs: { loss: tf.mean(tf.relu(w)) } };
  });
  const { loss } = await program.run(state, { x: float32([2], [Number.NaN, 1]) });
  t.ok(Number.isNaN(loss!.data[0]));
  t.ok(Number.isNaN((await state.read()).w!.data[0]));
  await device.dispose();
});

t.test('errors name the program', async (t) => {
  const device = onnx();
  const state = device.createState({ table: float32([2, 2]) });
  const lookUp = device.program('look-up', (held, inputs) => ({ outputs: { row: tf.gather(held.table!, inputs.i!) } }));
  await t.rejects(
    lookUp.run(state, { i: int32([1], [7]) }),
    /Program 'look-up' failed in ONNX Runtime, in table: .*(index|indices)/,
  );
  await t.rejects(
    lookUp.run(state, { i: { dtype: 'int32', shape: [3], data: Int32Array.of(1) } }),
    /'i' has shape \[3\]/,
  );
  await t.rejects(state.read(['missing']), /no entry 'missing'/);
  const embed = device.program('embed', (held, inputs) => ({
    outputs: { row: inModule('model.embed_tokens', () => tf.gather(held.table!, inputs.i!)) },
  }));
  await t.rejects(embed.run(state, { i: int32([1], [7]) }), /'embed' failed in ONNX Runtime, in model\.embed_tokens: /);
  const broken = device.program('broken', () => {
    throw new TypeError('no such weight');
  });
  await t.rejects(broken.run(state, {}), /Program 'broken' cannot be compiled: no such weight/);
  const other = onnx();
  await t.rejects(lookUp.run(createReferenceDevice().createState({}), {}), /a state of another device/);
  const slow = lookUp.run(state, { i: int32([1]) });
  await t.rejects(lookUp.run(state, { i: int32([1]) }), /while it was running/);
  await slow;
  await other.dispose();
  await device.dispose();
});
