/** Mistral 7B and its kin (Jiang et al. 2023): Llama with a sliding window in every layer. */
import { layerTypes, refuse, size } from '../config-fields.js';
import type { Family } from './family.js';
import { attentionOf } from './family.js';
import { parseLikeLlama } from './llama.js';

export const mistral: Family = {
  modelType: 'mistral',
  architecture: 'MistralForCausalLM',
  classifier: 'MistralForSequenceClassification',
  parse: (json) => {
    const config = parseLikeLlama(json, { maxPositions: 131_072, tiedEmbeddings: false });
    // Files that leave it out mean 4096; later models say null.
    const window = json.sliding_window === null ? undefined : size(json, 'sliding_window', 4096);
    const type = window === undefined ? 'full_attention' : 'sliding_attention';
    if (layerTypes(json, config.layers)?.some((own) => own !== type)) refuse('layer_types', json.layer_types);
    return { ...config, attention: attentionOf(config.layers, config.attention[0]!, () => window) };
  },
};
