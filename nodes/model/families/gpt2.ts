/** GPT-2 (Radford et al. 2019): learned positions, LayerNorm, a plain MLP, biases, and weights that lie as `[in, out]`. */
import type { Modules } from '../../nn/decoder-config.js';
import { activation, flag, positive, refuse, refuseUnless, size } from '../config-fields.js';
import type { Family } from './family.js';

const modules: Modules = {
  embedding: 'transformer.wte',
  positions: 'transformer.wpe',
  layers: 'transformer.h',
  layer: {
    attentionNorm: 'ln_1',
    projections: { type: 'fused', all: 'attn.c_attn' },
    attentionOutput: 'attn.c_proj',
    mlpNorm: 'ln_2',
    mlp: { type: 'plain', up: 'mlp.c_fc', down: 'mlp.c_proj' },
  },
  finalNorm: 'transformer.ln_f',
  output: 'lm_head',
};

export const gpt2: Family = {
  modelType: 'gpt2',
  architecture: 'GPT2LMHeadModel',
  classifier: 'GPT2ForSequenceClassification',
  parse: (json) => {
    refuseUnless(json, 'add_cross_attention', false);
    const width = size(json, 'n_embd');
    const heads = size(json, 'n_head');
    const layers = size(json, 'n_layer');
    const headWidth = width / heads;
    if (!Number.isInteger(headWidth)) refuse('n_head', heads);
    const base = flag(json, 'scale_attn_weights', true) ? 1 / Math.sqrt(headWidth) : 1;
    const byLayer = flag(json, 'scale_attn_by_inverse_layer_idx', false);
    return {
      vocabSize: size(json, 'vocab_size'),
      width,
      mlpWidth: json.n_inner == null ? 4 * width : size(json, 'n_inner'),
      layers,
      heads,
      keyValueHeads: heads,
      headWidth,
      maxPositions: size(json, 'n_positions', 1024),
      attention: Array.from({ length: layers }, (_, layer) => ({ scale: byLayer ? base / (layer + 1) : base })),
      norm: { type: 'layer', epsilon: positive(json, 'layer_norm_epsilon', 1e-5) },
      activation: activation(json, 'activation_function', 'gelu_new'),
      biases: { queryKeyValue: true, attentionOutput: true, mlp: true },
      transposed: true,
      embeddingScale: 1,
      tiedEmbeddings: flag(json, 'tie_word_embeddings', true),
      initializerRange: positive(json, 'initializer_range', 0.02),
      modules,
    };
  },
};
