/** What a family reads its `config.json` from. */
import type { JsonObject } from '../hugging-face-config.js';
import { llama3Scaling } from './llama3-rope.js';
import { type Metadata, shortest } from './metadata.js';

/** The divisors of the frequencies of Llama 3.1. */
export const frequencies = 'rope_freqs.weight';
/** The factors of LongRoPE. */
export const longFactors = 'rope_factors_long.weight';
export const shortFactors = 'rope_factors_short.weight';
/** Tensors that are settings, not weights. */
export const settingTensors: readonly string[] = [frequencies, longFactors, shortFactors];

/** Keys stand behind the name of the architecture and a dot. */
export interface Keys {
  readonly file: string;
  number(key: string): number;
  optional(key: string): number | undefined;
  text(key: string): string | undefined;
  /** Those of `settingTensors` that the file has. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

export function keysOf(architecture: string, metadata: Metadata, vectors: Keys['vectors']): Keys {
  return {
    file: metadata.file,
    number: (key) => metadata.number(`${architecture}.${key}`),
    optional: (key) => metadata.optionalNumber(`${architecture}.${key}`),
    text: (key) => metadata.optionalString(`${architecture}.${key}`),
    vectors,
  };
}

/** The sizes of all families but GPT-2. */
export function sizesOf(keys: Keys): JsonObject {
  const { number, optional } = keys;
  const heads = number('attention.head_count');
  return {
    hidden_size: number('embedding_length'),
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: optional('attention.head_count_kv') ?? heads,
    head_dim: optional('attention.key_length') ?? number('embedding_length') / heads,
    max_position_embeddings: number('context_length'),
    rms_norm_eps: shortest(number('attention.layer_norm_rms_epsilon')),
  };
}

/** The base of rotary positions; readers take 10 000 where there is none. */
export function thetaOf(keys: Keys): number {
  return shortest(keys.optional('rope.freq_base') ?? 10_000);
}

/** `rope_scaling`; `undefined` where positions are not stretched. */
export function scalingOf(keys: Keys): JsonObject | undefined {
  const divisors = keys.vectors.get(frequencies);
  if (divisors) return llama3Scaling(divisors, thetaOf(keys), keys.file);
  const at = 'rope.scaling';
  const type = keys.text(`${at}.type`);
  if (type === undefined || type === 'none') return undefined;
  const original = keys.optional(`${at}.original_context_length`);
  return {
    rope_type: type,
    factor: shortest(keys.number(`${at}.factor`)),
    ...(original === undefined ? {} : { original_max_position_embeddings: original }),
  };
}

/** Rotary positions that are the same in every layer, in the spelling of Transformers 5 and of those before it. */
export function ropeOf(keys: Keys): JsonObject {
  const theta = thetaOf(keys);
  const scaling = scalingOf(keys);
  return {
    rope_theta: theta,
    ...(scaling ? { rope_scaling: scaling } : {}),
    rope_parameters: { rope_theta: theta, ...(scaling ?? { rope_type: 'default' }) },
  };
}
