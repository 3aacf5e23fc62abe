/** Fresh weights: the same for the same seed, whatever the order or the machine. */
import type { HostTensor } from '../tensor/device.js';
import { float32, sizeOf } from '../tensor/host-tensor.js';
import { createRandom } from '../tensor/random.js';
import type { DecoderConfig } from './decoder-config.js';
import { decoderParameters } from './parameters.js';

/**
 * Norms start as no change, biases as 0; all else is drawn from N(0, initializerRange²), the projections that write into
 * the residual stream scaled by 1/√(2 · layers) as GPT-2 does, so that the stream does not widen with depth.
 */
export function initialParameters(config: DecoderConfig, seed: number | bigint): Record<string, HostTensor> {
  const residualScale = 1 / Math.sqrt(2 * config.layers);
  return Object.fromEntries(
    Object.entries(decoderParameters(config)).map(([name, { shape, role }]) => {
      const data = new Float32Array(sizeOf(shape));
      if (role === 'norm') data.fill(config.norm.type === 'rms-from-one' ? 0 : 1);
      else if (role !== 'bias') {
        const scale = role === 'residual' ? residualScale : 1;
        createRandom(seed, `initial ${name}`).fillNormal(data, config.initializerRange * scale);
      }
      return [name, float32(shape, data)];
    }),
  );
}
