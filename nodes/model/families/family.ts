/** A family of decoders, and what most of them have in common with Llama. */
import type { DecoderConfig, LayerAttention, LayerModules, Modules } from '../../nn/decoder-config.js';
import { flag, type JsonObject, number, positive, refuse, size } from '../config-fields.js';

export interface Family {
  /** `model_type` */
  readonly modelType: string;
  /** The class of its language models in Transformers: `architectures`. */
  readonly architecture: string;
  /** The class of its models with a head that scores whole sequences. */
  readonly classifier: string;
  /** Throws `Failure` for what would be computed wrongly. */
  readonly parse: (json: JsonObject) => DecoderConfig;
}

export type Sizes = Pick<
  DecoderConfig,
  | 'vocabSize'
  | 'width'
  | 'mlpWidth'
  | 'layers'
  | 'heads'
  | 'keyValueHeads'
  | 'headWidth'
  | 'maxPositions'
  | 'tiedEmbeddings'
  | 'initializerRange'
>;

/** What a file means that does not say. */
export interface Defaults {
  readonly maxPositions: number;
  readonly tiedEmbeddings: boolean;
  /** Absent: `hidden_size / num_attention_heads`. */
  readonly headWidth?: number;
}

/** The sizes in the keys that all families but GPT-2 share. */
export function parseSizes(json: JsonObject, defaults: Defaults): Sizes {
  const heads = size(json, 'num_attention_heads');
  const width = size(json, 'hidden_size');
  const keyValueHeads = json.num_key_value_heads == null ? heads : size(json, 'num_key_value_heads');
  const headWidth = number(json, 'head_dim', defaults.headWidth ?? width / heads);
  if (heads % keyValueHeads !== 0) refuse('num_key_value_heads', keyValueHeads);
  if (!Number.isInteger(headWidth) || headWidth < 1) refuse('head_dim', headWidth);
  return {
    vocabSize: size(json, 'vocab_size'),
    width,
    mlpWidth: size(json, 'intermediate_size'),
    layers: size(json, 'num_hidden_layers'),
    heads,
    keyValueHeads,
    headWidth,
    maxPositions: size(json, 'max_position_embeddings', defaults.maxPositions),
    tiedEmbeddings: flag(json, 'tie_word_embeddings', defaults.tiedEmbeddings),
    initializerRange: positive(json, 'initializer_range', 0.02),
  };
}

/** The same attention in every layer, but for a window where there is one. */
export function attentionOf(
  layers: number,
  how: LayerAttention,
  windowOf: (layer: number) => number | undefined = () => undefined,
): LayerAttention[] {
  return Array.from({ length: layers }, (_, layer) => {
    const window = windowOf(layer);
    return window === undefined ? how : { ...how, window };
  });
}

/** 1 / √d of each head. */
export function usualScale({ headWidth }: Sizes): number {
  return 1 / Math.sqrt(headWidth);
}

export const noBiases = { queryKeyValue: false, attentionOutput: false, mlp: false } as const;

const llamaLayer: LayerModules = {
  attentionNorm: 'input_layernorm',
  projections: { type: 'split', query: 'self_attn.q_proj', key: 'self_attn.k_proj', value: 'self_attn.v_proj' },
  attentionOutput: 'self_attn.o_proj',
  mlpNorm: 'post_attention_layernorm',
  mlp: { type: 'gated', gate: 'mlp.gate_proj', up: 'mlp.up_proj', down: 'mlp.down_proj' },
};

/** Names of the modules as Llama has them, with other ones in a layer where they are given. */
export function modulesLikeLlama(changes: Partial<LayerModules> = {}): Modules {
  return {
    embedding: 'model.embed_tokens',
    layers: 'model.layers',
    layer: { ...llamaLayer, ...changes },
    finalNorm: 'model.norm',
    output: 'lm_head',
  };
}

/** Norms of each query and key, as Qwen 3 and Gemma 3 have them. */
export const headNorms = { query: 'self_attn.q_norm', key: 'self_attn.k_norm' } as const;
