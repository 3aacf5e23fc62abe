/** The WebGPU provider, on a Vulkan driver in software such as Chromium brings along; passed over where there is none. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import t from 'tap';
import { llamaDecoder } from '../../../../nodes/model/families/llama.js';
import { initialParameters } from '../../../../nodes/nn/initial-parameters.js';
import { adamw } from '../../../../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../../../../nodes/optim/clip.js';
import { chain } from '../../../../nodes/optim/transform.js';
import type { Device } from '../../../../nodes/tensor/device.js';
import { int32 } from '../../../../nodes/tensor/host-tensor.js';
import { openDevice } from '../../../../nodes/tensor/open-device.js';
import { languageModelLearner } from '../../../../nodes/train/learner.js';
import { trainingStep } from '../../../../nodes/train/step.js';
import { assertClose } from '../compare-devices.js';

const driver = process.env.VK_DRIVER_FILES ?? '/usr/lib/chromium/vk_swiftshader_icd.json';

const config = llamaDecoder(
  {
    vocabSize: 40,
    width: 16,
    mlpWidth: 24,
    layers: 1,
    heads: 2,
    keyValueHeads: 1,
    headWidth: 8,
    maxPositions: 16,
    tiedEmbeddings: true,
    initializerRange: 0.1,
  },
  { type: 'default', theta: 10_000, width: 8 },
  { type: 'rms', epsilon: 1e-5 },
);

/** Two training steps; the losses, and the state afterwards, which a GPU keeps in its own memory. */
async function train(device: Device) {
  const learner = languageModelLearner({ config, parameters: initialParameters(config, 1) });
  const optimizer = chain([clipByGlobalNorm(1)], adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }));
  const shapes = Object.fromEntries(Object.entries(learner.parameters).map(([name, { shape }]) => [name, shape]));
  const state = device.createState({ ...learner.parameters, ...optimizer.init(shapes) });
  const program = device.program('train', trainingStep(learner, optimizer));
  const tokens = (factor: number) =>
    int32(
      [2, 8],
      Int32Array.from({ length: 16 }, (_, i) => (i * factor) % 40),
    );
  const losses: number[] = [];
  for (const step of [1, 2]) {
    const scalars = optimizer.scalars({ step, learningRate: 1e-2 });
    const { loss } = await program.run(state, { ids: tokens(7), targets: tokens(5), ...scalars });
    losses.push(loss!.data[0]!);
  }
  const values = await state.read();
  await device.dispose();
  return { losses, values };
}

// The driver compiles every shader on the CPU, which on a busy machine takes its time.
const skip = existsSync(driver) ? false : 'no Vulkan driver in software is installed';
t.test('training steps on WebGPU equal the reference', { skip, timeout: 240_000 }, async (t) => {
  process.env.VK_DRIVER_FILES = driver;
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  const actual = await train(await openDevice('onnx-webgpu', { threads: 1 }));
  const expected = await train(await openDevice('reference', { threads: 1 }));
  t.equal(Object.keys(actual.values).length, 3 * 11);
  for (const [name, value] of Object.entries(expected.values)) assertClose(name, actual.values[name], value, 1e-4);
  t.ok(Math.abs(actual.losses[1]! - expected.losses[1]!) < 1e-4);
  t.ok(actual.losses[1]! < actual.losses[0]!, 'the loss falls');
});
