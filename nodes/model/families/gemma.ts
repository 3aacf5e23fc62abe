/**
 * Gemma 1 to 3, text only (Gemma Team 2024, 2024, 2025): norms that multiply by 1 + weight, embeddings times √width, GEGLU;
 * since Gemma 2 norms around each block and layers that alternate between a window and all that came before.
 */
import type { DecoderConfig } from '../../nn/decoder-config.js';
import type { Rope } from '../../nn/rope-frequencies.js';
import { activation, flag, type JsonObject, layerTypes, positive, refuseUnless, size } from '../config-fields.js';
import { parseRope, ropeOf, ropeParameters, stretchedPositions } from '../rope-config.js';
import { type Family, headNorms, modulesLikeLlama, parseSizes, type Sizes } from './family.js';
import { llamaDecoder } from './llama.js';

/** Norms before and after attention and the MLP. */
const sandwich = {
  attentionPostNorm: 'post_attention_layernorm',
  mlpNorm: 'pre_feedforward_layernorm',
  mlpPostNorm: 'post_feedforward_layernorm',
} as const;

export const gemma: Family = {
  modelType: 'gemma',
  architecture: 'GemmaForCausalLM',
  classifier: 'GemmaForSequenceClassification',
  parse: (json) => {
    // The first files said `gelu` and meant its approximation.
    if (json.hidden_act !== 'gelu') refuseUnless(json, 'hidden_act', 'gelu_pytorch_tanh');
    const sizes = sizesOf(json, 8192);
    const rope = parseRope(json, sizes);
    return { ...gemmaDecoder(json, sizes, rope), maxPositions: stretchedPositions(rope, sizes.maxPositions) };
  },
};

export const gemma2: Family = {
  modelType: 'gemma2',
  architecture: 'Gemma2ForCausalLM',
  classifier: 'Gemma2ForSequenceClassification',
  parse: (json) => {
    const sizes = sizesOf(json, 8192);
    const rope = parseRope(json, sizes);
    const types = layerTypes(json, sizes.layers);
    const slides = (layer: number) => (types ? types[layer] === 'sliding_attention' : layer % 2 === 0);
    const window = size(json, 'sliding_window', 4096);
    const how = { scale: queryScale(json), rope, ...capOf(json, 'attn_logit_softcapping', 50) };
    const logitCap = capOf(json, 'final_logit_softcapping', 30).cap;
    return {
      ...gemmaDecoder(json, sizes, rope),
      maxPositions: stretchedPositions(rope, sizes.maxPositions),
      attention: Array.from({ length: sizes.layers }, (_, layer) => (slides(layer) ? { ...how, window } : how)),
      ...(logitCap === undefined ? {} : { logitCap }),
      modules: modulesLikeLlama(sandwich),
    };
  },
};

export const gemma3: Family = {
  modelType: 'gemma3_text',
  architecture: 'Gemma3ForCausalLM',
  classifier: 'Gemma3TextForSequenceClassification',
  parse: (json) => {
    // Transformers reads it and does not apply it.
    refuseUnless(json, 'attn_logit_softcapping', null);
    const sizes = sizesOf(json, 131_072);
    const { global, local } = ropesOf(json, sizes);
    const types = layerTypes(json, sizes.layers);
    const every = size(json, 'sliding_window_pattern', size(json, '_sliding_window_pattern', 6));
    const slides = (layer: number) => (types ? types[layer] === 'sliding_attention' : (layer + 1) % every !== 0);
    const scale = queryScale(json);
    const window = size(json, 'sliding_window', 4096);
    const logitCap = capOf(json, 'final_logit_softcapping').cap;
    return {
      ...gemmaDecoder(json, sizes, global),
      maxPositions: stretchedPositions(global, sizes.maxPositions),
      attention: Array.from({ length: sizes.layers }, (_, layer) =>
        slides(layer) ? { scale, rope: local, window } : { scale, rope: global },
      ),
      ...(logitCap === undefined ? {} : { logitCap }),
      modules: modulesLikeLlama({ ...sandwich, headNorms }),
    };
  },
};

function sizesOf(json: JsonObject, maxPositions: number): Sizes {
  refuseUnless(json, 'use_bidirectional_attention', false);
  return parseSizes(json, { maxPositions, tiedEmbeddings: true, headWidth: 256 });
}

/** What all three share. */
function gemmaDecoder(json: JsonObject, sizes: Sizes, rope: Rope): DecoderConfig {
  const biased = flag(json, 'attention_bias', false);
  const norm = { type: 'rms-from-one', epsilon: positive(json, 'rms_norm_eps', 1e-6) } as const;
  return {
    ...llamaDecoder(sizes, rope, norm),
    activation: activation(json, 'hidden_activation', 'gelu_pytorch_tanh'),
    biases: { queryKeyValue: biased, attentionOutput: biased, mlp: false },
    embeddingScale: Math.sqrt(sizes.width),
  };
}

/** `query_pre_attn_scalar` stands under the root in place of a head's width. */
function queryScale(json: JsonObject): number {
  return 1 / Math.sqrt(positive(json, 'query_pre_attn_scalar', 256));
}

/** Null is no cap. */
function capOf(json: JsonObject, key: string, fallback?: number): { readonly cap?: number } {
  if (json[key] === null || (json[key] === undefined && fallback === undefined)) return {};
  return { cap: positive(json, key, fallback) };
}

/** Transformers 5 nests the settings by type of layer; before it, the local base had a key, and only the global was scaled. */
function ropesOf(json: JsonObject, sizes: Sizes): { readonly global: Rope; readonly local: Rope } {
  const parameters = ropeParameters(json);
  const context = { headWidth: sizes.headWidth, maxPositions: sizes.maxPositions };
  const nested = 'full_attention' in parameters || 'sliding_attention' in parameters;
  const { rope_local_base_freq: localTheta = 10_000, ...rest } = json;
  const { rope_theta: _, ...bare } = rest;
  const ofLocal = (nested ? parameters.sliding_attention : null) ?? { rope_theta: localTheta };
  const ofGlobal = (nested ? parameters.full_attention : parameters) ?? {};
  return {
    global: ropeOf(rest, ofGlobal as JsonObject, { ...context, defaultTheta: 1_000_000 }),
    local: ropeOf(bare, ofLocal as JsonObject, context),
  };
}
