/** The config of `model.init`, in the names of a Hugging Face `config.json`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const modelInitSchema = {
  type: 'object',
  properties: {
    architecture: {
      enum: ['llama', 'qwen3', 'gemma3', 'gpt2'],
      default: 'llama',
      description:
        'Family of the decoder. `llama`: RMSNorm, rotary positions, grouped-query attention, SwiGLU. `qwen3`: with norms of queries and keys. `gemma3`: with those, norms around each block, and windows of 512 tokens in five layers of six. `gpt2`: LayerNorm, learned positions, a plain MLP.',
    },
    hidden_size: { type: 'integer', minimum: 2, description: 'Width of the residual stream.' },
    num_hidden_layers: { type: 'integer', minimum: 1, description: 'Number of decoder layers.' },
    num_attention_heads: {
      type: 'integer',
      minimum: 1,
      description: 'Number of query heads; divides `hidden_size` into heads of an even width.',
    },
    num_key_value_heads: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Number of key and value heads; divides `num_attention_heads`. Null: as many as query heads.',
    },
    intermediate_size: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description:
        'Width of the MLP. Null: 8/3 of `hidden_size`, rounded up to a multiple of 32; for `gpt2` 4 times `hidden_size`.',
    },
    max_position_embeddings: {
      type: 'integer',
      minimum: 1,
      default: 512,
      description: 'Longest sequence, in tokens.',
    },
    rope_theta: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 10000,
      description: 'Base of the frequencies of the rotary positions.',
    },
    rms_norm_eps: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 1e-5,
      description: 'Added under the root of the norms.',
    },
    tie_word_embeddings: {
      type: 'boolean',
      default: true,
      description: 'Whether the output projection is the embedding: fewer parameters.',
    },
    initializer_range: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.02,
      description: 'Standard deviation of the fresh weights.',
    },
    seed: { type: 'integer', default: 0, description: 'Seed of the fresh weights.' },
  },
  required: ['hidden_size', 'num_hidden_layers', 'num_attention_heads'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type ModelInitConfig = FromSchema<typeof modelInitSchema>;
