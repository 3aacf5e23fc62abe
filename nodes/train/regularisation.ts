/** What makes training harder than prediction is, as inputs that only batches of training have. */
import type { HostTensors } from '../tensor/device.js';
import { float32 } from '../tensor/host-tensor.js';
import { createRandom } from '../tensor/random.js';
import type { Batch } from './batches.js';
import type { DropoutRates } from './dropout.js';
import type { BatchPlace, Learner } from './learner.js';

export interface Regularisation extends DropoutRates {
  readonly label_smoothing_factor: number;
  readonly neftune_noise_alpha: number | null;
  readonly seed: number;
}

/** Inputs `smoothing`, a float32 scalar, and `noise`, float32 `[batch, length, width]`: each only where it is asked for. */
export function regularise(config: Regularisation, width: number): NonNullable<Learner['trainingInputs']> {
  const { label_smoothing_factor: smoothing, neftune_noise_alpha: alpha, seed } = config;
  return (batch, place): HostTensors => ({
    ...(smoothing > 0 ? { smoothing: float32([], [smoothing]) } : {}),
    ...(alpha === null ? {} : { noise: embeddingNoise(batch, width, alpha, seed, place) }),
  });
}

/**
 * NEFTune (Jain et al. 2023): uniform noise in ±α / √(L d) for embeddings, where L is the number of the row's tokens
 * that are not padding, which get none, and d the width.
 */
export function embeddingNoise(
  { inputs, lengths }: Batch,
  width: number,
  alpha: number,
  seed: number,
  { step, index }: BatchPlace,
) {
  const [rows, time] = inputs.ids!.shape as [number, number];
  const values = new Float32Array(rows * time * width);
  const random = createRandom(seed, 'neftune', step, index);
  for (const [row, length] of lengths!.entries()) {
    const size = alpha / Math.sqrt(length * width);
    const start = row * time * width;
    for (let at = start; at < start + length * width; at++) values[at] = size * (2 * random.uniform(at) - 1);
  }
  return float32([rows, time, width], values);
}
