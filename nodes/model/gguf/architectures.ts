/**
 * The families of decoders as GGUF names them, and how their keys and tensors become those of Hugging Face. The names
 * are those of llama.cpp's `convert_hf_to_gguf.py`, which turned the tensors the other way.
 */
import type { HostTensor } from '../../tensor/device.js';
import { interleaveHalves, separateHalves } from './rotary-order.js';

/** What is done to a tensor on its way; `undo` leads to Hugging Face, `apply` to GGUF. */
export interface Turn {
  undo(tensor: HostTensor, config: TurnConfig): HostTensor;
  apply(tensor: HostTensor, config: TurnConfig): HostTensor;
}
export interface TurnConfig {
  readonly heads: number;
  readonly keyValueHeads: number;
}

export interface Architecture {
  /** `general.architecture` */
  readonly name: string;
  /** `model_type` */
  readonly modelType: string;
  /** `architectures` */
  readonly className: string;
  /** Entries of `config.json` that every model of the family has. */
  readonly constants: Readonly<Record<string, unknown>>;
  /** GGUF's name → Hugging Face's; `{}` stands for the number of a layer. */
  readonly tensors: Readonly<Record<string, string>>;
  /** By GGUF's name. */
  readonly turns: Readonly<Record<string, Turn>>;
}

const layer = 'model.layers.{}';
const common = {
  'token_embd.weight': 'model.embed_tokens.weight',
  'output_norm.weight': 'model.norm.weight',
  'output.weight': 'lm_head.weight',
  'blk.{}.attn_norm.weight': `${layer}.input_layernorm.weight`,
  'blk.{}.attn_output.weight': `${layer}.self_attn.o_proj.weight`,
  'blk.{}.ffn_norm.weight': `${layer}.post_attention_layernorm.weight`,
  'blk.{}.ffn_down.weight': `${layer}.mlp.down_proj.weight`,
};
const separate = {
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
const headNorms = {
  'blk.{}.attn_q_norm.weight': `${layer}.self_attn.q_norm.weight`,
  'blk.{}.attn_k_norm.weight': `${layer}.self_attn.k_norm.weight`,
};

/** Llama's rotations turn neighbours in GGUF, and halves of a head in Hugging Face. */
const rotary = (headsOf: (config: TurnConfig) => number): Turn => ({
  undo: (tensor, config) => separateHalves(tensor, headsOf(config)),
  apply: (tensor, config) => interleaveHalves(tensor, headsOf(config)),
});

export const architectures: readonly Architecture[] = [
  {
    name: 'llama',
    modelType: 'llama',
    className: 'LlamaForCausalLM',
    constants: { hidden_act: 'silu', attention_bias: false, attention_dropout: 0, mlp_bias: false },
    tensors: { ...common, ...separate },
    turns: {
      'blk.{}.attn_q.weight': rotary(({ heads }) => heads),
      'blk.{}.attn_k.weight': rotary(({ keyValueHeads }) => keyValueHeads),
    },
  },
  {
    name: 'qwen2',
    modelType: 'qwen2',
    className: 'Qwen2ForCausalLM',
    constants: { hidden_act: 'silu', attention_dropout: 0, use_sliding_window: false },
    tensors: { ...common, ...separate, ...biases },
    turns: {},
  },
  {
    name: 'qwen3',
    modelType: 'qwen3',
    className: 'Qwen3ForCausalLM',
    constants: { hidden_act: 'silu', attention_bias: false, attention_dropout: 0, use_sliding_window: false },
    tensors: { ...common, ...separate, ...headNorms },
    turns: {},
  },
];

/** `blk.3.attn_q.weight` → its pattern and 3; `undefined` for the number where it belongs to no layer. */
export function patternOf(name: string): { readonly pattern: string; readonly layer: string | undefined } {
  const layer = /\.(\d+)\./.exec(name)?.[1];
  return { pattern: layer === undefined ? name : name.replace(`.${layer}.`, '.{}.'), layer };
}

/** The name that stands for `name` in `names`, with the number of its layer. */
export function renamed(name: string, names: Readonly<Record<string, string>>): string | undefined {
  const { pattern, layer } = patternOf(name);
  const target = Object.hasOwn(names, pattern) ? names[pattern] : undefined;
  return layer === undefined ? target : target?.replace('{}', layer);
}
