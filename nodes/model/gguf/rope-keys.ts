/** How positions are stretched: `rope_parameters` of a `config.json` ↔ the keys and the tensor of a GGUF file. */
import { Failure } from '../../../engine/failure.js';
import type { GgufTensorSource, TypedValue } from '../../format/gguf/writer.js';
import { float32 } from '../../tensor/host-tensor.js';
import type { JsonObject } from '../hugging-face-config.js';
import { isPublished, llama3Divisors } from './llama3-rope.js';
import type { Metadata } from './metadata.js';
import { shortest } from './metadata.js';

/** The divisors of the frequencies of Llama 3.1. */
export const frequencies = 'rope_freqs.weight';

/** `rope_scaling` from the keys; `undefined` where positions are not stretched. */
export function scalingOfKeys(architecture: string, metadata: Metadata): JsonObject | undefined {
  const at = `${architecture}.rope.scaling`;
  const type = metadata.optionalString(`${at}.type`);
  if (type === undefined || type === 'none') return undefined;
  const original = metadata.optionalNumber(`${at}.original_context_length`);
  return {
    rope_type: type,
    factor: shortest(metadata.number(`${at}.factor`)),
    ...(original === undefined ? {} : { original_max_position_embeddings: original }),
  };
}

export interface RopeParts {
  readonly keys: Readonly<Record<string, TypedValue>>;
  readonly tensors: Readonly<Record<string, GgufTensorSource>>;
}

/** Throws `Failure` `rope-type-unsupported` for what a GGUF file cannot say. */
export function ropeParts(architecture: string, config: JsonObject, headWidth: number): RopeParts {
  const parameters = (config.rope_parameters ?? config.rope_scaling ?? {}) as JsonObject;
  const theta = Number(parameters.rope_theta ?? config.rope_theta ?? 10_000);
  const type = parameters.rope_type ?? parameters.type ?? 'default';
  const factor = Number(parameters.factor ?? 1);
  const at = `${architecture}.rope`;
  const base: RopeParts['keys'] = {
    [`${at}.dimension_count`]: { type: 'uint32', value: headWidth },
    [`${at}.freq_base`]: { type: 'float32', value: theta },
  };
  if (type === 'default') return { keys: base, tensors: {} };
  if (type === 'linear') {
    const scaling: RopeParts['keys'] = {
      [`${at}.scaling.type`]: { type: 'string', value: 'linear' },
      [`${at}.scaling.factor`]: { type: 'float32', value: factor },
    };
    return { keys: { ...base, ...scaling }, tensors: {} };
  }
  if (type === 'llama3' && isPublished(parameters)) {
    const divisors = llama3Divisors(factor, theta, headWidth);
    const read = () => float32([divisors.length], divisors);
    return { keys: base, tensors: { [frequencies]: { shape: [divisors.length], type: 'F32', read } } };
  }
  throw new Failure(
    'rope-type-unsupported',
    `Positions of the rope type ${JSON.stringify(type)} with these parameters cannot be written as GGUF.`,
  );
}
