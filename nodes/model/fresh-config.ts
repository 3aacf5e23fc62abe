/** The `config.json` and `generation_config.json` of a fresh model. */
import type { ModelInitConfig } from '../../schemas/kinds/model.init.js';
import type { JsonObject } from './config-fields.js';

/** Ids of the tokens with a role; absent where the tokenizer has none. */
export interface SpecialIds {
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly padId: number | undefined;
}

/** Transformers of either generation reads its rope settings. */
export function freshConfigJson(config: ModelInitConfig, vocabSize: number, ids: SpecialIds): JsonObject {
  const ends = {
    tie_word_embeddings: config.tie_word_embeddings,
    bos_token_id: ids.bosId ?? null,
    eos_token_id: ids.eosId ?? null,
    pad_token_id: ids.padId ?? null,
    use_cache: true,
    torch_dtype: 'float32',
  };
  switch (config.architecture) {
    case 'llama':
      return {
        architectures: ['LlamaForCausalLM'],
        model_type: 'llama',
        ...gatedSizes(config, vocabSize),
        hidden_act: 'silu',
        ...positions(config),
        ...numbers(config),
        attention_bias: false,
        attention_dropout: 0,
        mlp_bias: false,
        ...ends,
      };
    case 'qwen3':
      return {
        architectures: ['Qwen3ForCausalLM'],
        model_type: 'qwen3',
        ...gatedSizes(config, vocabSize),
        hidden_act: 'silu',
        ...positions(config),
        ...numbers(config),
        attention_bias: false,
        attention_dropout: 0,
        use_sliding_window: false,
        ...ends,
      };
    case 'gemma3':
      return {
        architectures: ['Gemma3ForCausalLM'],
        model_type: 'gemma3_text',
        ...gatedSizes(config, vocabSize),
        hidden_activation: 'gelu_pytorch_tanh',
        max_position_embeddings: config.max_position_embeddings,
        query_pre_attn_scalar: headWidth(config),
        sliding_window: 512,
        sliding_window_pattern: 6,
        rope_theta: config.rope_theta,
        rope_local_base_freq: 10_000,
        ...numbers(config),
        attention_bias: false,
        attention_dropout: 0,
        ...ends,
      };
    case 'gpt2':
      return {
        architectures: ['GPT2LMHeadModel'],
        model_type: 'gpt2',
        vocab_size: vocabSize,
        n_embd: config.hidden_size,
        n_inner: config.intermediate_size,
        n_layer: config.num_hidden_layers,
        n_head: config.num_attention_heads,
        n_positions: config.max_position_embeddings,
        activation_function: 'gelu_new',
        layer_norm_epsilon: config.rms_norm_eps,
        initializer_range: config.initializer_range,
        attn_pdrop: 0,
        embd_pdrop: 0,
        resid_pdrop: 0,
        ...ends,
      };
  }
}

function headWidth({ hidden_size, num_attention_heads }: ModelInitConfig): number {
  return hidden_size / num_attention_heads;
}

function gatedSizes(config: ModelInitConfig, vocabSize: number) {
  return {
    vocab_size: vocabSize,
    hidden_size: config.hidden_size,
    intermediate_size: config.intermediate_size ?? Math.ceil((config.hidden_size * 8) / 3 / 32) * 32,
    num_hidden_layers: config.num_hidden_layers,
    num_attention_heads: config.num_attention_heads,
    num_key_value_heads: config.num_key_value_heads ?? config.num_attention_heads,
    head_dim: headWidth(config),
  };
}

function positions({ max_position_embeddings, rope_theta }: ModelInitConfig) {
  return { max_position_embeddings, rope_theta, rope_parameters: { rope_theta, rope_type: 'default' } };
}

function numbers({ rms_norm_eps, initializer_range }: ModelInitConfig) {
  return { rms_norm_eps, initializer_range };
}

export function generationConfigJson(ids: SpecialIds): JsonObject {
  const known = Object.entries({ bos_token_id: ids.bosId, eos_token_id: ids.eosId, pad_token_id: ids.padId });
  return Object.fromEntries(known.filter(([, id]) => id !== undefined));
}
