/** Phi-3: fused projections as in Hugging Face, and the factors of LongRoPE as tensors. */
import type { JsonObject } from '../../hugging-face-config.js';
import type { Architecture } from '../architecture.js';
import { type Keys, longFactors, shortFactors, sizesOf, thetaOf } from '../keys.js';
import { shortest } from '../metadata.js';
import { common } from './llama.js';

const layer = 'model.layers.{}';

export const phi3: Architecture = {
  name: 'phi3',
  modelType: 'phi3',
  className: 'Phi3ForCausalLM',
  tensors: {
    ...common,
    'blk.{}.attn_qkv.weight': `${layer}.self_attn.qkv_proj.weight`,
    'blk.{}.ffn_up.weight': `${layer}.mlp.gate_up_proj.weight`,
  },
  turns: {},
  config: (keys) => {
    const { head_dim, ...sizes } = sizesOf(keys);
    const original = keys.optional('rope.scaling.original_context_length') ?? Number(sizes.max_position_embeddings);
    const theta = thetaOf(keys);
    const part = (keys.optional('rope.dimension_count') ?? Number(head_dim)) / Number(head_dim);
    return {
      ...sizes,
      original_max_position_embeddings: original,
      rope_theta: theta,
      partial_rotary_factor: part,
      rope_parameters: {
        rope_theta: theta,
        partial_rotary_factor: part,
        ...longRope(keys, Number(sizes.max_position_embeddings), original),
      },
      hidden_act: 'silu',
      attention_dropout: 0,
      embd_pdrop: 0,
      resid_pdrop: 0,
      // 0 stands for none.
      sliding_window: keys.optional('attention.sliding_window') || null,
    };
  },
  activation: 'silu',
  slides: (_, any) => any,
  longRope: true,
};

function longRope(keys: Keys, longest: number, original: number): JsonObject {
  const [long, short] = [keys.vectors.get(longFactors), keys.vectors.get(shortFactors)];
  if (!long || !short) return { rope_type: 'default' };
  const usual = longest > original ? Math.sqrt(1 + Math.log(longest / original) / Math.log(original)) : 1;
  const own = keys.optional('rope.scaling.attn_factor') ?? usual;
  return {
    rope_type: 'longrope',
    long_factor: Array.from(long, shortest),
    short_factor: Array.from(short, shortest),
    original_max_position_embeddings: original,
    ...(Math.abs(own - usual) > 1e-5 ? { attention_factor: shortest(own) } : {}),
  };
}
