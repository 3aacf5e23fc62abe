import t from 'tap';
import { createReferenceDevice } from '../../../../nodes/tensor/devices/reference.js';
import { float32 } from '../../../../nodes/tensor/host-tensor.js';
import { openDevice } from '../../../../nodes/tensor/open-device.js';
import { probeDevices } from '../../../../nodes/tensor/probe-devices.js';
import { tf } from '../../../../nodes/tensor/tf.js';
import { initialState, tokens, trainingStep } from '../tiny-decoder.js';

t.test('a step leaves no tensors behind', async (t) => {
  const before = tf.memory().numTensors;
  const device = createReferenceDevice();
  const state = device.createState(initialState());
  const held = tf.memory().numTensors - before;
  t.equal(held, 24, 'one tensor an entry');
  const program = device.program('train', trainingStep());
  for (let step = 0; step < 3; step++) await program.run(state, tokens(step));
  t.equal(tf.memory().numTensors - before, 24);
  state.write({ norm: float32([8]), extra: float32([1]) });
  t.equal(tf.memory().numTensors - before, 25);
  const failing = device.program('failing', (all) => {
    tf.add(all.norm!, 1);
    throw new Error('half way');
  });
  await t.rejects(failing.run(state, {}), /half way/);
  t.equal(tf.memory().numTensors - before, 25, 'nor does a step that fails');
  state.dispose();
  t.equal(tf.memory().numTensors, before);
});

t.test('arguments may come back as they are', async (t) => {
  const device = createReferenceDevice();
  const state = device.createState({ a: float32([1], [1]), b: float32([1], [2]) });
  const program = device.program('exchange', (held, inputs) => ({
    state: { a: held.b!, b: held.a!, c: inputs.x! },
    outputs: { x: inputs.x! },
  }));
  await program.run(state, { x: float32([1], [3]) });
  const { a, b, c } = await state.read();
  t.same(
    [a, b, c].map((tensor) => tensor!.data[0]),
    [2, 1, 3],
  );
  await device.dispose();
});

t.test('the tensorflow device says what to install, where it is not', async (t) => {
  try {
    const device = await openDevice('tensorflow', { threads: 1 });
    t.equal(device.name, 'tensorflow');
    await device.dispose();
  } catch (error) {
    t.match(error, { name: 'Failure', code: 'device-not-available', hint: /npm install @tensorflow\/tfjs-node-gpu/ });
  }
});

t.test('auto opens something, and the doctor agrees with the reference', async (t) => {
  const device = await openDevice('auto', { threads: 1 });
  await device.dispose();
  const reports = await probeDevices();
  t.equal(reports.length, 5);
  const byName = new Map(reports.map((report) => [report.name, report]));
  t.equal(byName.get('onnx-cpu')!.available, true);
  t.equal(byName.get('reference')!.available, true);
  t.equal(byName.get(device.name)!.available, true);
  for (const report of reports) t.ok(report.reason.length > 0, `${report.name}: ${report.reason}`);
});
