import t from 'tap';
import { logOddsRatio, oddsRatioLoss } from '../../../nodes/loss/odds-ratio.js';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { compare } from './formula.js';

const logOdds = (x: number) => x - Math.log(-Math.expm1(x));

for (const name of devicesUnderTest) {
  t.test(`${name}: the odds ratio is its formula, near certainty and far from it`, async (t) => {
    await compare(t, name, {
      inputs: { chosen: [-0.7, -0.02, -3, -9, -40], rejected: [-0.7, -2, -0.1, -30, -5] },
      by: 'chosen',
      loss: ({ chosen, rejected }) => oddsRatioLoss(logOddsRatio(chosen!, rejected!)),
      formula: ({ chosen, rejected }) => Math.log1p(Math.exp(logOdds(rejected!) - logOdds(chosen!))),
    });
  });

  t.test(`${name}: certainty has finite odds and a finite gradient`, async (t) => {
    await withDevice(name, async (device) => {
      const program = device.program('certain', (_, { x }) => {
        const loss = (chosen: typeof x) => tf.sum(oddsRatioLoss(logOddsRatio(chosen!, tf.scalar(-1))));
        return { outputs: { loss: loss(x), gradient: tf.grad(loss)(x!) } };
      });
      const { loss, gradient } = await program.run(device.createState({}), { x: float32([2], [0, -1e-9]) });
      t.ok(loss!.data[0]! >= 0 && loss!.data[0]! < 1e-4, String(loss!.data[0]));
      t.ok([...gradient!.data].every(Number.isFinite), String(gradient!.data));
    });
  });
}
