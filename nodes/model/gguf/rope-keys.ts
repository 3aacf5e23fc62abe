/** Rotary positions → the keys and the tensors of a GGUF file. */
import { Failure } from '../../../engine/failure.js';
import type { GgufTensorSource, TypedValue } from '../../format/gguf/writer.js';
import type { DecoderConfig, Rope } from '../../nn/decoder-config.js';
import { float32 } from '../../tensor/host-tensor.js';
import type { Architecture } from './architecture.js';
import { frequencies, longFactors, shortFactors } from './keys.js';
import { isPublished, llama3Divisors } from './llama3-rope.js';

export interface RopeParts {
  readonly keys: Readonly<Record<string, TypedValue>>;
  readonly tensors: Readonly<Record<string, GgufTensorSource>>;
}

const none: RopeParts = { keys: {}, tensors: {} };

/** Throws `Failure` `rope-type-unsupported` for what a GGUF file cannot say. */
export function ropeParts(architecture: Architecture, { attention }: DecoderConfig): RopeParts {
  const local = attention.find(({ window }) => window !== undefined)?.rope;
  const global = (attention.find(({ window }) => window === undefined) ?? attention[0]!).rope;
  if (!global) return none;
  const whole = partsOf(global, architecture);
  if (!local || local === global) return whole;
  if (!architecture.localRope || local.type !== 'default') throw unsupported(local.type);
  const base = { [`${architecture.name}.rope.freq_base_swa`]: number(local.theta) };
  return { ...whole, keys: { ...whole.keys, ...base } };
}

function partsOf(rope: Rope, { name, longRope }: Architecture): RopeParts {
  const at = `${name}.rope`;
  const base: RopeParts['keys'] = {
    [`${at}.dimension_count`]: { type: 'uint32', value: rope.width },
    [`${at}.freq_base`]: number(rope.theta),
  };
  switch (rope.type) {
    case 'default':
      return { keys: base, tensors: {} };
    case 'linear': {
      const scaling: RopeParts['keys'] = {
        [`${at}.scaling.type`]: { type: 'string', value: 'linear' },
        [`${at}.scaling.factor`]: number(rope.factor),
      };
      return { keys: { ...base, ...scaling }, tensors: {} };
    }
    case 'llama3':
      if (!isPublished(rope)) break;
      return { keys: base, tensors: { [frequencies]: vector(llama3Divisors(rope.factor, rope.theta, rope.width)) } };
    case 'longrope': {
      if (!longRope) break;
      const scaling: RopeParts['keys'] = {
        [`${at}.scaling.original_context_length`]: { type: 'uint32', value: rope.originalMaxPositions },
        [`${at}.scaling.attn_factor`]: number(rope.attentionFactor),
      };
      const factors = { [longFactors]: vector(rope.longFactors), [shortFactors]: vector(rope.shortFactors) };
      return { keys: { ...base, ...scaling }, tensors: factors };
    }
  }
  throw unsupported(rope.type);
}

const number = (value: number): TypedValue => ({ type: 'float32', value });

function vector(values: ArrayLike<number>): GgufTensorSource {
  const shape = [values.length];
  return { shape, type: 'F32', read: () => float32(shape, Float32Array.from(values)) };
}

function unsupported(type: string): Failure {
  return new Failure(
    'rope-type-unsupported',
    `Positions of the rope type ${JSON.stringify(type)} with these parameters cannot be written as GGUF.`,
  );
}
