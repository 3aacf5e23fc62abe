/** Llama 1 to 3, and what is built like it: TinyLlama, SmolLM, SmolLM2, … */
import type { DecoderConfig, Norm } from '../../nn/decoder-config.js';
import type { Rope } from '../../nn/rope-frequencies.js';
import { activation, flag, type JsonObject, positive } from '../config-fields.js';
import { parseRope, stretchedPositions } from '../rope-config.js';
import {
  attentionOf,
  type Defaults,
  type Family,
  modulesLikeLlama,
  noBiases,
  parseSizes,
  type Sizes,
  usualScale,
} from './family.js';

export const llama: Family = {
  modelType: 'llama',
  architecture: 'LlamaForCausalLM',
  classifier: 'LlamaForSequenceClassification',
  parse: (json) => {
    const attention = flag(json, 'attention_bias', false);
    const biases = { queryKeyValue: attention, attentionOutput: attention, mlp: flag(json, 'mlp_bias', false) };
    return { ...parseLikeLlama(json, { maxPositions: 2048, tiedEmbeddings: false }), biases };
  },
};

/** A file with Llama's keys: no biases, no windows. */
export function parseLikeLlama(json: JsonObject, defaults: Defaults): DecoderConfig {
  const sizes = parseSizes(json, defaults);
  const rope = parseRope(json, sizes);
  return {
    ...llamaDecoder({ ...sizes, maxPositions: stretchedPositions(rope, sizes.maxPositions) }, rope, {
      type: 'rms',
      epsilon: positive(json, 'rms_norm_eps', 1e-6),
    }),
    activation: activation(json, 'hidden_act', 'silu'),
  };
}

/** Pre-norm, rotary positions, grouped-query attention, SwiGLU (Touvron et al. 2023). */
export function llamaDecoder(sizes: Sizes, rope: Rope, norm: Norm): DecoderConfig {
  return {
    ...sizes,
    attention: attentionOf(sizes.layers, { scale: usualScale(sizes), rope }),
    norm,
    activation: 'silu',
    biases: noBiases,
    transposed: false,
    embeddingScale: 1,
    modules: modulesLikeLlama(),
  };
}
