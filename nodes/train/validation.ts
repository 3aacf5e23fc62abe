import type { Device, State } from '../tensor/device.js';
import type { Batches } from './batches.js';
import type { LossFunction } from './learner.js';
import { validationStep } from './step.js';

/** Means of `loss` and of its readings over all that the batches count. The state holds the weights; it stays as it is. */
export async function validate(
  device: Device,
  state: State,
  loss: LossFunction,
  batches: Batches,
): Promise<{ readonly loss: number; readonly [reading: string]: number }> {
  const program = device.program('validation step', validationStep(loss));
  const sums: { loss: number; [reading: string]: number } = { loss: 0 };
  let count = 0;
  for (const batch of batches.epoch(0)) {
    const outputs = await program.run(state, batch.inputs);
    for (const [name, { data }] of Object.entries(outputs)) sums[name] = (sums[name] ?? 0) + data[0]!;
    count += batch.count;
  }
  await program.dispose();
  for (const name of Object.keys(sums)) sums[name]! /= count;
  return sums;
}
