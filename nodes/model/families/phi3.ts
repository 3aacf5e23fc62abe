/** Phi-3, 3.5 and Phi-4-mini (Abdin et al. 2024): Llama with fused projections, and LongRoPE for long contexts. */
import { activation, type JsonObject, positive, size } from '../config-fields.js';
import { parseRope, stretchedPositions } from '../rope-config.js';
import { attentionOf, type Family, modulesLikeLlama, parseSizes, usualScale } from './family.js';
import { llamaDecoder } from './llama.js';

export const phi3: Family = {
  modelType: 'phi3',
  architecture: 'Phi3ForCausalLM',
  classifier: 'Phi3ForSequenceClassification',
  parse: (json) => {
    const sizes = parseSizes(json, { maxPositions: 4096, tiedEmbeddings: false });
    const rope = parseRope(withLongRope(json), { ...sizes, partial: true });
    const window = json.sliding_window == null ? undefined : size(json, 'sliding_window');
    const norm = { type: 'rms', epsilon: positive(json, 'rms_norm_eps', 1e-5) } as const;
    return {
      ...llamaDecoder(sizes, rope, norm),
      maxPositions: stretchedPositions(rope, sizes.maxPositions),
      attention: attentionOf(sizes.layers, { scale: usualScale(sizes), rope }, () => window),
      activation: activation(json, 'hidden_act', 'silu'),
      modules: modulesLikeLlama({
        projections: { type: 'fused', all: 'self_attn.qkv_proj' },
        mlp: { type: 'fused-gated', gateUp: 'mlp.gate_up_proj', down: 'mlp.down_proj' },
      }),
    };
  },
};

/** Earlier files of Phi-3 call LongRoPE `su` or `yarn`, and all leave out an original length of 4096. */
function withLongRope(json: JsonObject): JsonObject {
  const key = json.rope_parameters == null ? 'rope_scaling' : 'rope_parameters';
  const parameters = json[key] as JsonObject | null | undefined;
  const original = { original_max_position_embeddings: json.original_max_position_embeddings ?? 4096 };
  if (parameters == null) return json;
  const type = parameters.rope_type ?? parameters.type;
  const isOld = type === 'su' || type === 'yarn';
  return { ...json, ...original, [key]: isOld ? { ...parameters, rope_type: 'longrope' } : parameters };
}
