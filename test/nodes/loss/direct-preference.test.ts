import t from 'tap';
import {
  negativeLogSigmoid,
  type PreferenceLoss,
  preferenceLoss,
  preferenceLosses,
} from '../../../nodes/loss/direct-preference.js';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';

const chosen = [0, -3, 2.5, 40, -700];
const rejected = [0, 1, -2, -60, 900];
const lengths = { chosen: [1, 3, 2, 5, 7], rejected: [4, 1, 2, 3, 6] };
const beta = 0.3;
const smoothing = 0.2;

/** −log σ(x) in double precision. */
const nls = (x: number) => (x > 0 ? Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)) - x);

/** The papers' formulas, for one pair. */
const formulas: Readonly<Record<PreferenceLoss, (h: number, hPerToken: number) => number>> = {
  sigmoid: (h) => (1 - smoothing) * nls(beta * h) + smoothing * nls(-beta * h),
  robust: (h) => ((1 - smoothing) * nls(beta * h) - smoothing * nls(-beta * h)) / (1 - 2 * smoothing),
  hinge: (h) => Math.max(0, 1 - beta * h),
  ipo: (h) => (h - 1 / (2 * beta)) ** 2,
  ipo_trl: (_, h) => (h - 1 / (2 * beta)) ** 2,
};

for (const name of devicesUnderTest) {
  t.test(`${name}: every loss is its formula, and its gradient is the formula's slope`, async (t) => {
    t.same([...preferenceLosses].sort(), Object.keys(formulas).sort());
    await withDevice(name, async (device) => {
      for (const type of preferenceLosses) {
        const program = device.program(type, (_, inputs) => {
          const lossOf = (ratio: typeof inputs.chosen) =>
            preferenceLoss(
              type,
              {
                chosen: ratio!,
                rejected: inputs.rejected!,
                chosenLength: inputs.chosenLength!,
                rejectedLength: inputs.rejectedLength!,
              },
              { beta, labelSmoothing: smoothing },
            );
          const gradient = tf.grad((ratio) => tf.sum(lossOf(ratio)))(inputs.chosen!);
          return { outputs: { loss: lossOf(inputs.chosen), gradient } };
        });
        const { loss, gradient } = await program.run(device.createState({}), {
          chosen: float32([5], chosen),
          rejected: float32([5], rejected),
          chosenLength: float32([5], lengths.chosen),
          rejectedLength: float32([5], lengths.rejected),
        });
        for (const [pair, ratio] of chosen.entries()) {
          const at = (x: number) =>
            formulas[type](x - rejected[pair]!, x / lengths.chosen[pair]! - rejected[pair]! / lengths.rejected[pair]!);
          const near = (found: number, wanted: number) =>
            Math.abs(found - wanted) < 1e-4 * Math.max(1, Math.abs(wanted));
          t.ok(near(loss!.data[pair]!, at(ratio)), `${type} of pair ${pair}: ${loss!.data[pair]} and ${at(ratio)}`);
          const slope = (at(ratio + 1e-4) - at(ratio - 1e-4)) / 2e-4;
          t.ok(
            near(gradient!.data[pair]!, slope),
            `slope of ${type}, pair ${pair}: ${gradient!.data[pair]} and ${slope}`,
          );
        }
      }
    });
  });

  t.test(`${name}: −log σ neither overflows nor vanishes`, async (t) => {
    await withDevice(name, async (device) => {
      const program = device.program('loss', (_, { x }) => ({ outputs: { y: negativeLogSigmoid(x!) } }));
      const { y } = await program.run(device.createState({}), { x: float32([4], [-1e4, 0, 20, 1e4]) });
      t.equal(y!.data[0], 1e4);
      t.ok(Math.abs(y!.data[1]! - Math.LN2) < 1e-6);
      t.ok(y!.data[2]! > 1e-9 && y!.data[2]! < 3e-9);
      t.equal(y!.data[3], 0);
    });
  });
}
