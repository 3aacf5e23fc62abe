import t from 'tap';
import { crossEntropy } from '../../../nodes/loss/cross-entropy.js';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import { clipByGlobalNorm } from '../../../nodes/optim/clip.js';
import type { Device, HostTensors, StepFunction } from '../../../nodes/tensor/device.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { largestDifference, matrix, readFacts, readTinyLlama, type TinyLlama, targetsOf } from './tiny-llama.js';

interface Facts {
  readonly ids: number[][];
  readonly labels: number[][];
  readonly logits: number[];
  readonly loss: number;
  readonly gradientNorms: Record<string, number>;
}

async function runOnce(device: Device, { parameters }: TinyLlama, step: StepFunction, inputs: HostTensors) {
  const state = device.createState(parameters);
  return device.program('test', step).run(state, inputs);
}

const logitsStep =
  ({ config }: TinyLlama): StepFunction =>
  (state, { ids, positions, segments }) => ({
    outputs: { logits: decoderLogits(config, state, { ids: ids!, positions, segments }) },
  });

/** The loss, and each weight's gradient. */
const gradientStep =
  ({ config }: TinyLlama): StepFunction =>
  (state, { ids, targets, positions, segments }) => {
    const names = Object.keys(parameterShapes(config));
    const { value, grads } = tf.valueAndGrads((...weights) => {
      const parameters = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
      const logits = decoderLogits(config, parameters, { ids: ids!, positions, segments });
      const { sum, count } = crossEntropy(tf.reshape(logits, [-1, config.vocabSize]), tf.reshape(targets!, [-1]));
      return tf.div(sum, count);
    })(names.map((name) => state[name]!));
    return { outputs: { loss: value, ...Object.fromEntries(names.map((name, i) => [name, grads[i]!])) } };
  };

for (const deviceName of devicesUnderTest) {
  for (const name of ['llama-plain', 'llama-scaled']) {
    t.test(`${name} on ${deviceName}: logits, loss and gradients equal PyTorch's`, async (t) => {
      const model = await readTinyLlama(name);
      const facts = readFacts<Facts>(name);
      await withDevice(deviceName, async (device) => {
        const { logits } = await runOnce(device, model, logitsStep(model), { ids: matrix(facts.ids) });
        t.ok(largestDifference(logits!.data, facts.logits) < 1e-4, 'logits');
        const inputs = { ids: matrix(facts.ids), targets: matrix(targetsOf(facts.labels)) };
        const { loss, ...gradients } = await runOnce(device, model, gradientStep(model), inputs);
        t.ok(Math.abs(loss!.data[0]! - facts.loss) < 1e-5, 'loss');
        t.equal(Object.keys(gradients).length, Object.keys(facts.gradientNorms).length);
        for (const [weight, expected] of Object.entries(facts.gradientNorms)) {
          const norm = Math.hypot(...gradients[weight]!.data);
          t.ok(Math.abs(norm - expected) < 1e-4 * Math.max(1, expected), `gradient of ${weight}`);
        }
      });
    });
  }

  t.test(`${deviceName}: packed documents give the loss and the gradients of separate rows`, async (t) => {
    const model = await readTinyLlama('llama-plain');
    const documents = [
      [5, 9, 33, 7, 21],
      [40, 41, 42],
      [11, 12, 13, 14],
    ];
    const targets = documents.map((ids) => [...ids.slice(1), 0]);
    const pad = (row: number[], value: number) => [...row, ...Array(5 - row.length).fill(value)];
    await withDevice(deviceName, async (device) => {
      const apart = await runOnce(device, model, gradientStep(model), {
        ids: matrix(documents.map((row) => pad(row, 1))),
        targets: matrix(targets.map((row) => pad(row, -100))),
      });
      const packed = await runOnce(device, model, gradientStep(model), {
        ids: matrix([[...documents.flat(), 1, 1]]),
        targets: matrix([[...targets.flat(), -100, -100]]),
        positions: matrix([[...documents.flatMap((row) => [...row.keys()]), 0, 0]]),
        segments: matrix([[...documents.flatMap((row, index) => row.map(() => index + 1)), 0, 0]]),
      });
      for (const [name, value] of Object.entries(apart)) {
        t.ok(largestDifference(packed[name]!.data, value.data) < 2e-5, name);
      }
    });
  });

  t.test(`${deviceName}: padding on the right changes no logit before it`, async (t) => {
    const model = await readTinyLlama('llama-plain');
    const row = [5, 9, 33, 7];
    await withDevice(deviceName, async (device) => {
      const short = await runOnce(device, model, logitsStep(model), { ids: matrix([row]) });
      const long = await runOnce(device, model, logitsStep(model), { ids: matrix([[...row, 1, 1, 1, 1]]) });
      const size = row.length * model.config.vocabSize;
      t.ok(largestDifference(short.logits!.data, long.logits!.data.slice(0, size)) < 1e-5);
      t.notOk(largestDifference(short.logits!.data, long.logits!.data.slice(size)) < 1e-2, 'the test can fail');
    });
  });
}

t.test('the gradient norm that clipping reads out is that over all weights together', async (t) => {
  await withDevice('reference', async (device) => {
    const state = device.createState({});
    const program = device.program('clip', (_, inputs) => {
      const { gradients, readings } = clipByGlobalNorm(1).update(inputs, {}, {});
      return { outputs: { ...gradients, ...readings } };
    });
    const outputs = await program.run(state, { a: float([3]), b: float([0, 4]) });
    t.equal(outputs.grad_norm!.data[0], 5);
    t.ok(largestDifference([...outputs.a!.data, ...outputs.b!.data], [0.6, 0, 0.8]) < 1e-6);
  });
});

function float(values: number[]) {
  return { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) } as const;
}
