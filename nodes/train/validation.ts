import type { DecoderConfig } from '../nn/decoder-config.js';
import type { Device, State } from '../tensor/device.js';
import type { Batches } from './batches.js';
import { validationStep } from './step.js';

/** Mean loss over all supervised tokens, in nats. The state holds the weights; it stays as it is. */
export async function validationLoss(
  device: Device,
  state: State,
  config: DecoderConfig,
  batches: Batches,
): Promise<number> {
  const program = device.program('validation step', validationStep(config));
  let sum = 0;
  let tokens = 0;
  for (const batch of batches.epoch(0)) {
    const { loss_sum } = await program.run(state, batch.inputs);
    sum += loss_sum!.data[0]!;
    tokens += batch.supervisedTokens;
  }
  await program.dispose();
  return sum / tokens;
}
