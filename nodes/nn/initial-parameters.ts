/** Fresh weights: the same for the same seed, whatever the order or the machine. */
import type { HostTensor } from '../tensor/device.js';
import { float32, sizeOf } from '../tensor/host-tensor.js';
import { createRandom } from '../tensor/random.js';
import { type DecoderConfig, parameterShapes } from './decoder-config.js';

/**
 * Norms are 1; all else is drawn from N(0, initializerRange²), the projections that write into the residual stream
 * scaled by 1/√(2 · layers) as GPT-2 does, so that the stream does not widen with depth.
 */
export function initialParameters(config: DecoderConfig, seed: number | bigint): Record<string, HostTensor> {
  const residualScale = 1 / Math.sqrt(2 * config.layers);
  return Object.fromEntries(
    Object.entries(parameterShapes(config)).map(([name, shape]) => {
      const data = new Float32Array(sizeOf(shape));
      if (shape.length === 1) data.fill(1);
      else {
        const scale = /\.(o_proj|down_proj)\.weight$/.test(name) ? residualScale : 1;
        createRandom(seed, `initial ${name}`).fillNormal(data, config.initializerRange * scale);
      }
      return [name, float32(shape, data)];
    }),
  );
}
