/** Llama, and what is built like it. */
import type { Architecture, Turn, TurnConfig } from '../architecture.js';
import { type Keys, ropeOf, sizesOf } from '../keys.js';
import { interleaveHalves, separateHalves } from '../rotary-order.js';

const layer = 'model.layers.{}';
/** Tensors of all families that are laid out as Llama is. */
export const common = {
  'token_embd.weight': 'model.embed_tokens.weight',
  'output_norm.weight': 'model.norm.weight',
  'output.weight': 'lm_head.weight',
  'blk.{}.attn_norm.weight': `${layer}.input_layernorm.weight`,
  'blk.{}.attn_output.weight': `${layer}.self_attn.o_proj.weight`,
  'blk.{}.ffn_norm.weight': `${layer}.post_attention_layernorm.weight`,
  'blk.{}.ffn_down.weight': `${layer}.mlp.down_proj.weight`,
};
export const separate = {
  'blk.{}.attn_q.weight': `${layer}.self_attn.q_proj.weight`,
  'blk.{}.attn_k.weight': `${layer}.self_attn.k_proj.weight`,
  'blk.{}.attn_v.weight': `${layer}.self_attn.v_proj.weight`,
  'blk.{}.ffn_gate.weight': `${layer}.mlp.gate_proj.weight`,
  'blk.{}.ffn_up.weight': `${layer}.mlp.up_proj.weight`,
};
const biases = {
  'blk.{}.attn_q.bias': `${layer}.self_attn.q_proj.bias`,
  'blk.{}.attn_k.bias': `${layer}.self_attn.k_proj.bias`,
  'blk.{}.attn_v.bias': `${layer}.self_attn.v_proj.bias`,
};
export const headNorms = {
  'blk.{}.attn_q_norm.weight': `${layer}.self_attn.q_norm.weight`,
  'blk.{}.attn_k_norm.weight': `${layer}.self_attn.k_norm.weight`,
};

/** Llama's rotations turn neighbours in GGUF, and halves of a head in Hugging Face. */
const rotary = (headsOf: (config: TurnConfig) => number): Turn => ({
  undo: (tensor, config) => separateHalves(tensor, headsOf(config)),
  apply: (tensor, config) => interleaveHalves(tensor, headsOf(config)),
});

const likeLlama = (constants: object) => (keys: Keys) => ({ ...sizesOf(keys), ...ropeOf(keys), ...constants });

export const llama: Architecture = {
  name: 'llama',
  modelType: 'llama',
  className: 'LlamaForCausalLM',
  tensors: { ...common, ...separate },
  turns: {
    'blk.{}.attn_q.weight': rotary(({ heads }) => heads),
    'blk.{}.attn_k.weight': rotary(({ keyValueHeads }) => keyValueHeads),
  },
  config: likeLlama({ hidden_act: 'silu', attention_bias: false, attention_dropout: 0, mlp_bias: false }),
  activation: 'silu',
};

/** Goes out as a Llama, as which it then comes in. */
export const mistral: Architecture = { ...llama, modelType: 'mistral' };

export const qwen2: Architecture = {
  name: 'qwen2',
  modelType: 'qwen2',
  className: 'Qwen2ForCausalLM',
  tensors: { ...common, ...separate, ...biases },
  turns: {},
  config: likeLlama({ hidden_act: 'silu', attention_dropout: 0, use_sliding_window: false }),
  activation: 'silu',
};

export const qwen3: Architecture = {
  name: 'qwen3',
  modelType: 'qwen3',
  className: 'Qwen3ForCausalLM',
  tensors: { ...common, ...separate, ...headNorms },
  turns: {},
  config: likeLlama({ hidden_act: 'silu', attention_bias: false, attention_dropout: 0, use_sliding_window: false }),
  activation: 'silu',
};
