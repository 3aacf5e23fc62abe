/** Qwen 2 and 2.5 (Yang et al. 2024): Llama with biases of query, key and value. Qwen 3: norms of each head instead. */
import type { DecoderConfig } from '../../nn/decoder-config.js';
import { flag, type JsonObject, layerTypes, refuse, size } from '../config-fields.js';
import { attentionOf, type Family, headNorms, modulesLikeLlama } from './family.js';
import { parseLikeLlama } from './llama.js';

const defaults = { maxPositions: 32_768, tiedEmbeddings: false };

export const qwen2: Family = {
  modelType: 'qwen2',
  architecture: 'Qwen2ForCausalLM',
  classifier: 'Qwen2ForSequenceClassification',
  parse: (json) => {
    const biases = { queryKeyValue: true, attentionOutput: false, mlp: false };
    return withWindows(json, { ...parseLikeLlama(json, defaults), biases });
  },
};

export const qwen3: Family = {
  modelType: 'qwen3',
  architecture: 'Qwen3ForCausalLM',
  classifier: 'Qwen3ForSequenceClassification',
  parse: (json) => {
    const biased = flag(json, 'attention_bias', false);
    return withWindows(json, {
      ...parseLikeLlama(json, { ...defaults, headWidth: 128 }),
      biases: { queryKeyValue: biased, attentionOutput: biased, mlp: false },
      modules: modulesLikeLlama({ headNorms }),
    });
  },
};

/** With `use_sliding_window`, the layers from `max_window_layers` on have one, or those that `layer_types` names. */
function withWindows(json: JsonObject, config: DecoderConfig): DecoderConfig {
  const types = layerTypes(json, config.layers);
  if (!flag(json, 'use_sliding_window', false) || json.sliding_window === null) {
    if (types?.includes('sliding_attention')) refuse('layer_types', types);
    return config;
  }
  const window = size(json, 'sliding_window', 4096);
  const first = json.max_window_layers === 0 ? 0 : size(json, 'max_window_layers', 28);
  const slides = (layer: number) => (types ? types[layer] === 'sliding_attention' : layer >= first);
  const attention = attentionOf(config.layers, config.attention[0]!, (layer) => (slides(layer) ? window : undefined));
  return { ...config, attention };
}
