import { readFileSync } from 'node:fs';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import t from 'tap';
import { crossEntropy } from '../../../nodes/loss/cross-entropy.js';
import { float32, int32 } from '../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';

const logits = float32([3, 4], [1, 2, 3, 4, 0, 0, 0, 0, -1000, 1000, 0, 0]);

for (const deviceName of devicesUnderTest) {
  const evaluate = (labels: number[]) =>
    withDevice(deviceName, async (device) => {
      const program = device.program('loss', (_, inputs) => {
        const [gradient] = tf.grads((values) => crossEntropy(values!, inputs.labels!).sum)([inputs.logits!]);
        return { outputs: { ...crossEntropy(inputs.logits!, inputs.labels!), gradient: gradient! } };
      });
      const outputs = await program.run(device.createState({}), { logits, labels: int32([3], labels) });
      return {
        sum: outputs.sum!.data[0]!,
        count: outputs.count!.data[0]!,
        gradient: [...outputs.gradient!.data].map((value) => Number(value.toFixed(5))),
      };
    });
  const nats = (values: number[], label: number) =>
    Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)) - values[label]!;

  t.test(`${deviceName}: sum and count over the supervised positions`, async (t) => {
    const { sum, count, gradient } = await evaluate([3, 0, 1]);
    t.ok(Math.abs(sum - nats([1, 2, 3, 4], 3) - Math.log(4)) < 1e-5);
    t.equal(count, 3);
    t.same(gradient.slice(4, 8), [-0.75, 0.25, 0.25, 0.25]);
    t.same(gradient.slice(8).map(Math.abs), [0, 0, 0, 0]);
  });

  t.test(`${deviceName}: −100 counts for nothing, in the loss or in the gradient`, async (t) => {
    const { sum, count, gradient } = await evaluate([-100, 2, -100]);
    t.ok(Math.abs(sum - Math.log(4)) < 1e-6);
    t.equal(count, 1);
    t.same(gradient.map(Math.abs), [0, 0, 0, 0, 0.25, 0.25, 0.75, 0.25, 0, 0, 0, 0]);
  });

  t.test(`${deviceName}: a hopeless prediction costs what it costs, and is finite`, async (t) => {
    const { sum } = await evaluate([-100, -100, 0]);
    t.ok(Math.abs(sum - 2000) < 1e-3);
  });
}

interface Smoothed {
  readonly logits: number[];
  readonly labels: number[];
  readonly found: readonly { readonly epsilon: number; readonly loss: number; readonly gradient: number[] }[];
}

for (const deviceName of devicesUnderTest) {
  t.test(`${deviceName}: smoothed labels, as Transformers' LabelSmoother has them`, async (t) => {
    const facts = JSON.parse(readFileSync('test/nodes/loss/fixtures/label-smoothing.json', 'utf8')) as Smoothed;
    const rows = facts.labels.length;
    await withDevice(deviceName, async (device) => {
      const program = device.program('loss', (_, inputs) => {
        const mean = (x: Tensor) => {
          const { sum, count } = crossEntropy(x, inputs.labels!, inputs.smoothing!);
          return tf.div(sum, count) as Scalar;
        };
        const { value, grad } = tf.valueAndGrad(mean)(inputs.logits!);
        return { outputs: { loss: value, gradient: grad } };
      });
      for (const { epsilon, loss, gradient } of facts.found) {
        const outputs = await program.run(device.createState({}), {
          logits: float32([rows, facts.logits.length / rows], facts.logits),
          labels: int32([rows], facts.labels),
          smoothing: float32([], [epsilon]),
        });
        t.ok(Math.abs(outputs.loss!.data[0]! - loss) < 1e-5);
        t.ok(gradient.every((value, i) => Math.abs(value - outputs.gradient!.data[i]!) < 1e-6));
      }
    });
  });
}
