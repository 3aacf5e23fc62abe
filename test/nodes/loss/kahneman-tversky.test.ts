import t from 'tap';
import { detached } from '../../../nodes/loss/detached.js';
import { kahnemanTverskyLoss, klBaseline } from '../../../nodes/loss/kahneman-tversky.js';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { compare } from './formula.js';

const weights = { beta: 0.3, desirable: 1.2, undesirable: 0.7 };
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

for (const name of devicesUnderTest) {
  t.test(`${name}: good and bad answers each have their formula`, async (t) => {
    const z = 0.8;
    await compare(t, name, {
      inputs: { ratio: [0, 3, -2, 50, 0, 3, -2, -50], good: [1, 1, 1, 1, 0, 0, 0, 0] },
      by: 'ratio',
      loss: ({ ratio, good }) => kahnemanTverskyLoss(ratio!, good!, tf.scalar(z), weights),
      formula: ({ ratio, good }) =>
        good === 1
          ? weights.desirable * (1 - sigmoid(weights.beta * (ratio! - z)))
          : weights.undesirable * (1 - sigmoid(weights.beta * (z - ratio!))),
    });
  });

  t.test(`${name}: z is a mean over the rows that are there, never below 0, and has no gradient`, async (t) => {
    await withDevice(name, async (device) => {
      const program = device.program('z', (_, { ratios, present }) => {
        const z = (x: typeof ratios) => detached(() => klBaseline(x!, present!));
        const gradient = tf.grad((x) => tf.add(tf.mul(z(x), 5), tf.sum(x)))(ratios!);
        return { outputs: { z: z(ratios), gradient } };
      });
      const run = async (ratios: readonly number[], present: readonly number[]) => {
        const inputs = { ratios: float32([4], ratios), present: float32([4], present) };
        const { z, gradient } = await program.run(device.createState({}), inputs);
        t.same([...gradient!.data], [1, 1, 1, 1], 'what is detached has no gradient');
        return z!.data[0];
      };
      t.equal(await run([2, 4, -3, 100], [1, 1, 1, 0]), 1);
      t.equal(await run([-2, -4, 3, 100], [1, 1, 1, 0]), 0);
      t.equal(await run([1, 1, 1, 1], [0, 0, 0, 0]), 0);
    });
  });
}
