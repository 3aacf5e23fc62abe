import t from 'tap';
import { adamw } from '../../../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../../../nodes/optim/clip.js';
import { chain } from '../../../nodes/optim/transform.js';
import type { HostTensors, Tensors } from '../../../nodes/tensor/device.js';
import { float32, int32 } from '../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { finiteReadings } from '../../../nodes/train/finite.js';
import { languageModelLearner } from '../../../nodes/train/learner.js';
import { createUpdater } from '../../../nodes/train/updater.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { readTinyLlama } from '../nn/tiny-llama.js';

const optimizer = chain([clipByGlobalNorm(1)], adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0 }));
const inputs = { ids: int32([1, 4], [1, 5, 7, 2]), targets: int32([1, 4], [5, 7, 2, 9]) };
const batch = { inputs, tokens: 4, count: 4 };

for (const name of devicesUnderTest) {
  t.test(`the layer that breaks a loss is named, in one batch and in several, on ${name}`, async (t) => {
    const { config, parameters } = await readTinyLlama('llama-plain');
    const broken: HostTensors = {
      ...parameters,
      'model.layers.1.mlp.up_proj.weight': filled(parameters['model.layers.1.mlp.up_proj.weight']!.shape, 1e38),
    };
    const learner = languageModelLearner({ config, parameters: broken });
    for (const window of [[batch], [batch, batch]]) {
      await withDevice(name, async (device) => {
        const updater = createUpdater(device, learner, optimizer, window.length);
        const shapes = Object.fromEntries(learner.trainable.map((key) => [key, parameters[key]!.shape]));
        const state = device.createState({ ...broken, ...optimizer.init(shapes), ...updater.entries });
        const scalars = optimizer.scalars({ step: 3, learningRate: 1e-3 });
        await t.rejects(updater.update(state, { window, step: 2, scalars }, new AbortController().signal), {
          code: 'loss-not-finite',
          message: /At step 3 .* that of model\.layers\.1\.mlp\.down_proj\./,
        });
      });
    }
  });

  t.test(`a gradient that is not finite is named, on ${name}`, async (t) => {
    const loss = ({ a, b }: Tensors) => ({
      // The root has no slope at 0.
      sum: tf.add(tf.sum(tf.sqrt(a!)), tf.sum(b!)),
      count: tf.scalar(1),
    });
    const parameters = { a: float32([2], [0, 1]), b: float32([2]) };
    await withDevice(name, async (device) => {
      const updater = createUpdater(device, { parameters, trainable: ['a', 'b'], loss }, optimizer, 1);
      const state = device.createState({ ...parameters, ...optimizer.init({ a: [2], b: [2] }) });
      const scalars = optimizer.scalars({ step: 1, learningRate: 1e-3 });
      const window = [{ inputs: {}, tokens: 1, count: 1 }];
      await t.rejects(updater.update(state, { window, step: 0, scalars }, new AbortController().signal), {
        message: /All outputs are finite; the first gradient that is not is that of a\./,
      });
    });
  });
}

t.test('readings that were only there for this are not shown', async (t) => {
  const readings = { loss: 1, grad_norm: 2, accuracy: 0.5, 'sum of model.norm': 3, 'square of w': 4 };
  t.same(finiteReadings(readings, 1), { loss: 1, grad_norm: 2, accuracy: 0.5 });
});

function filled(shape: readonly number[], value: number) {
  const tensor = float32(shape);
  tensor.data.fill(value);
  return tensor;
}
