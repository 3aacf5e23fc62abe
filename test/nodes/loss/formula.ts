/** Compares a loss with its formula in double precision, and its gradient with the formula's slope. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { type devicesUnderTest, withDevice } from '../devices-under-test.js';

type Values = Readonly<Record<string, readonly number[]>>;

export interface Comparison {
  /** Columns of numbers, of one length. */
  readonly inputs: Values;
  /** The column that the loss is differentiated by. */
  readonly by: string;
  readonly loss: (inputs: Readonly<Record<string, Tensor>>) => Tensor;
  /** The loss of one row. */
  readonly formula: (row: Readonly<Record<string, number>>) => number;
}

export async function compare(t: Test, name: (typeof devicesUnderTest)[number], comparison: Comparison): Promise<void> {
  const { inputs, by, loss, formula } = comparison;
  const rows = inputs[by]!.length;
  await withDevice(name, async (device) => {
    const program = device.program('loss', (_, tensors) => {
      const gradient = tf.grad((x) => tf.sum(loss({ ...tensors, [by]: x })))(tensors[by]!);
      return { outputs: { loss: loss(tensors), gradient } };
    });
    const columns = Object.entries(inputs).map(([column, values]) => [column, float32([rows], values)]);
    const found = await program.run(device.createState({}), Object.fromEntries(columns));
    for (let row = 0; row < rows; row++) {
      const values = Object.fromEntries(Object.entries(inputs).map(([column, all]) => [column, all[row]!]));
      const at = (x: number) => formula({ ...values, [by]: x });
      const step = 1e-5 * Math.max(0.1, Math.abs(values[by]!));
      const slope = (at(values[by]! + step) - at(values[by]! - step)) / (2 * step);
      for (const [what, got, wanted] of [
        ['loss', found.loss!.data[row]!, at(values[by]!)],
        ['slope', found.gradient!.data[row]!, slope],
      ] as const) {
        t.ok(Math.abs(got - wanted) < 1e-4 * Math.max(1, Math.abs(wanted)), `${what} of row ${row}: ${got}, ${wanted}`);
      }
    }
  });
}
