/** What a reader of a GGUF file takes for granted of a family, since no key says it. */
import { Failure } from '../../../engine/failure.js';
import type { DecoderConfig } from '../../nn/decoder-config.js';
import type { Architecture } from './architecture.js';

/** Throws `Failure` `architecture-unsupported` for a model that a reader would compute otherwise. */
export function assertWritable(architecture: Architecture, config: DecoderConfig): void {
  const { queryScalar, slides = () => false, capped = false } = architecture;
  const { attention, activation, logitCap } = config;
  if (activation !== architecture.activation) throw unlike(architecture, `its activation is ${activation}`);
  const scalar = queryScalar?.(config) ?? config.headWidth;
  const window = attention.find((how) => how.window !== undefined)?.window;
  for (const [layer, how] of attention.entries()) {
    if (Math.abs(how.scale * Math.sqrt(scalar) - 1) > 1e-6) {
      throw unlike(architecture, `queries of layer ${layer} are multiplied by ${how.scale}`);
    }
    if (how.window !== (slides(layer, window !== undefined) ? window : undefined)) {
      throw unlike(architecture, `layer ${layer} has ${how.window === undefined ? 'no window' : 'a window'}`);
    }
    if ((how.cap !== undefined) !== capped) throw unlike(architecture, `its scores are ${capped ? 'not ' : ''}capped`);
  }
  if (capped && logitCap === undefined) throw unlike(architecture, 'its logits are not capped');
}

function unlike({ name }: Architecture, why: string): Failure {
  return new Failure(
    'architecture-unsupported',
    `The model cannot be written as GGUF: ${why}, which a file of the architecture ${name} cannot say.`,
  );
}
