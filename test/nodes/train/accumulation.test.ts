/** Gradients summed over a window of batches are those of one large batch. */
import fc from 'fast-check';
import t from 'tap';
import { adamw } from '../../../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../../../nodes/optim/clip.js';
import { chain } from '../../../nodes/optim/transform.js';
import type { HostTensors } from '../../../nodes/tensor/device.js';
import { int32 } from '../../../nodes/tensor/host-tensor.js';
import type { Batch, Batches } from '../../../nodes/train/batches.js';
import type { Readings } from '../../../nodes/train/learner.js';
import { languageModelLearner } from '../../../nodes/train/learner.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { createUpdater } from '../../../nodes/train/updater.js';
import { windowsFrom, windowsOf } from '../../../nodes/train/windows.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { largestDifference, readAll, readTinyLlama } from '../nn/tiny-llama.js';
import { runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const length = 8;

/** Rows whose numbers of supervised tokens differ widely, so that an average of averages would show. */
function batchOf(rows: readonly number[]): Batch {
  const ids = rows.flatMap((row) => Array.from({ length }, (_, at) => 2 + ((7 * row + 3 * at) % 50)));
  const targets = rows.flatMap((row) => Array.from({ length }, (_, at) => (at > row ? -100 : 2 + ((row + at) % 50))));
  const shape = [rows.length, length];
  const count = targets.filter((target) => target >= 0).length;
  return { inputs: { ids: int32(shape, ids), targets: int32(shape, targets) }, tokens: ids.length, count };
}

for (const name of devicesUnderTest) {
  t.test(`N batches are one, also in a last window that is shorter, on ${name}`, async (t) => {
    const { config, parameters } = await readTinyLlama('llama-plain');
    const learner = languageModelLearner({ config, parameters });
    const optimizer = chain([clipByGlobalNorm(1)], adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }));
    const shapes = Object.fromEntries(learner.trainable.map((key) => [key, parameters[key]!.shape]));

    const train = async (windowSize: number, updates: readonly (readonly Batch[])[]) =>
      withDevice(name, async (device) => {
        const updater = createUpdater(device, learner, optimizer, windowSize);
        const state = device.createState({ ...parameters, ...optimizer.init(shapes), ...updater.entries });
        const readings: Readings[] = [];
        for (const [index, window] of updates.entries()) {
          const scalars = optimizer.scalars({ step: index + 1, learningRate: 1e-2 });
          readings.push((await updater.update(state, { window, step: index, scalars }, new AbortController().signal))!);
        }
        return { readings, weights: await state.read(learner.trainable) };
      });
    const whole = await train(1, [[batchOf([0, 3, 1, 7, 5, 2])], [batchOf([4, 6, 0, 2])]]);
    const parts = await train(3, [
      [batchOf([0, 3]), batchOf([1, 7]), batchOf([5, 2])],
      [batchOf([4, 6]), batchOf([0, 2])],
    ]);
    for (const [step, expected] of whole.readings.entries()) {
      for (const [key, value] of Object.entries(expected)) {
        t.ok(Math.abs(parts.readings[step]![key]! - value) < 1e-5 * Math.max(1, value), `${key} of update ${step}`);
      }
    }
    for (const [key, { data }] of Object.entries(whole.weights)) {
      t.ok(largestDifference(parts.weights[key]!.data, data) < 2e-5, key);
      t.ok(largestDifference(parameters[key]!.data, data) > 1e-3, `${key} has moved`);
    }
  });
}

t.test('a request to stop between two batches leaves the weights as they were', async (t) => {
  const { config, parameters } = await readTinyLlama('llama-plain');
  const learner = languageModelLearner({ config, parameters });
  const optimizer = adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0 });
  await withDevice('onnx-cpu', async (device) => {
    const updater = createUpdater(device, learner, optimizer, 2);
    const shapes = Object.fromEntries(learner.trainable.map((key) => [key, parameters[key]!.shape]));
    const state = device.createState({ ...parameters, ...optimizer.init(shapes), ...updater.entries });
    const scalars = optimizer.scalars({ step: 1, learningRate: 1e-2 });
    const window = [batchOf([0, 3]), batchOf([1, 7])];
    const before: HostTensors = await state.read(learner.trainable);
    t.equal(await updater.update(state, { window, step: 0, scalars }, AbortSignal.abort()), undefined);
    t.same(await state.read(learner.trainable), before);
    t.ok(
      (await updater.update(state, { window, step: 0, scalars }, new AbortController().signal))!.grad_norm ===
        undefined,
    );
    t.not((await state.read(learner.trainable))['model.norm.weight']!.data[0], before['model.norm.weight']!.data[0]);
  });
});

t.test('windows stay within their epoch, and go on at any step', async () => {
  const batch = (id: number): Batch => ({ inputs: {}, tokens: id, count: 1 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      fc.nat({ max: 20 }),
      fc.nat({ max: 20 }),
      (perEpoch, size, from, total) => {
        const batches: Batches = {
          perEpoch,
          *epoch(epoch) {
            for (let i = 0; i < perEpoch; i++) yield batch(100 * epoch + i);
          },
        };
        const windows = windowsOf(batches, size);
        const all = [...windowsFrom(windows, 0, total)].map((window) => window.map(({ tokens }) => tokens));
        const later = [...windowsFrom(windows, from, total)].map((window) => window.map(({ tokens }) => tokens));
        const oneEpoch = all.every((window) => new Set(window.map((id) => Math.floor(id / 100))).size === 1);
        return (
          all.length === total &&
          oneEpoch &&
          windows.perEpoch === Math.ceil(perEpoch / size) &&
          all.slice(0, windows.perEpoch).flat().length === Math.min(perEpoch, total * size) &&
          JSON.stringify(later) === JSON.stringify(all.slice(from))
        );
      },
    ),
  );
});

t.test('gradient_accumulation_steps: two batches of two are a batch of four', async (t) => {
  const dataset = writeDataset(
    [' Paris', ' Rome', ' Vienna, which is a city', ' Madrid', ' Berlin is a city in Germany'].map((completion, i) => ({
      prompt: `The capital of ${['France', 'Italy', 'Austria', 'Spain', 'Germany'][i]} is`,
      completion,
    })),
  );
  const model = await makeModel();
  const run = async (config: object) => {
    const base = { learning_rate: 1e-2, max_length: 24, num_train_epochs: 2, ...config };
    const result = await runKind(trainSupervised, { config: base, inputs: { model, dataset } });
    return { ...result, weights: await readAll(`${result.outputs.model}/model.safetensors`) };
  };
  const whole = await run({ per_device_train_batch_size: 4 });
  const parts = await run({ per_device_train_batch_size: 2, gradient_accumulation_steps: 2 });
  t.equal(whole.metrics.steps, 4);
  t.equal(parts.metrics.steps, 4);
  t.equal(parts.metrics.tokens, whole.metrics.tokens);
  t.ok(Math.abs(parts.metrics.train_loss! - whole.metrics.train_loss!) < 1e-5);
  for (const [key, { data }] of Object.entries(whole.weights)) {
    t.ok(largestDifference(parts.weights[key]!.data, data) < 1e-4, key);
  }
});
