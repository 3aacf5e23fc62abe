/** New rows of an embedding (Hewitt 2021, "Initializing New Word Embeddings for Pretrained Language Models"). */
import type { HostTensor } from '../tensor/device.js';
import { float32 } from '../tensor/host-tensor.js';
import { createRandom } from '../tensor/random.js';

export interface NewRowOptions {
  readonly seed: number | bigint;
  /** Whether rows are drawn around the mean of the old ones; otherwise around 0. */
  readonly aroundMean: boolean;
  /** Standard deviation of rows around 0. */
  readonly initializerRange: number;
}

/** Of the covariance of the old rows, this much: the value of Transformers. */
const covarianceScale = 1e-9;

/**
 * A float32 tensor of `[rows, …]` whose first `kept` rows are those of `tensor`, and the others new.
 *
 * Transformers draws them from N(μ, 1e-9 Σ) by way of a Cholesky factor, and takes the bare mean where Σ is singular, as
 * it is with fewer rows than columns. The same distribution comes without a factor: with n rows x and independent
 * standard normal g, μ + √(1e-9 / n) Σᵢ gᵢ (xᵢ − μ) has mean μ and covariance 1e-9 Σ, whether it is singular or not.
 */
export function addRows(
  name: string,
  tensor: HostTensor,
  kept: number,
  rows: number,
  { seed, aroundMean, initializerRange }: NewRowOptions,
): HostTensor {
  const [before, ...rest] = tensor.shape as [number, ...number[]];
  const width = rest.reduce((size, axis) => size * axis, 1);
  const old = tensor.data as Float32Array;
  const data = new Float32Array(rows * width);
  data.set(old.subarray(0, kept * width));
  const mean = aroundMean ? meanRow(old, before, width) : new Float64Array(width);
  for (let row = kept; row < rows; row++) {
    const random = createRandom(seed, `new row of ${name}`, row);
    const noise = new Float64Array(width);
    if (aroundMean) {
      for (let i = 0; i < before; i++) {
        const weight = random.normal(i) * Math.sqrt(covarianceScale / before);
        for (let j = 0; j < width; j++) noise[j]! += weight * (old[i * width + j]! - mean[j]!);
      }
    } else {
      for (let j = 0; j < width; j++) noise[j] = random.normal(j) * initializerRange;
    }
    for (let j = 0; j < width; j++) data[row * width + j] = mean[j]! + noise[j]!;
  }
  return float32([rows, ...rest], data);
}

function meanRow(data: Float32Array, rows: number, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) mean[j]! += data[i * width + j]! / rows;
  return mean;
}
