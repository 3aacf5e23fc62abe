/** A Hugging Face `config.json`, read into a `DecoderConfig` and made from one. What is not understood is refused. */
import { Failure } from '../../engine/failure.js';
import type { DecoderConfig, Rope } from '../nn/decoder-config.js';
import { type JsonObject, refuse } from './config-fields.js';
import { families } from './families/families.js';

export type { JsonObject } from './config-fields.js';

/** The names of number formats in a `config.json`, by those of safetensors. */
export const dtypeName = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;

/** Whether it is a model with a head that scores whole sequences, rather than a language model. */
export function isClassifierJson({ architectures }: JsonObject): boolean {
  return Array.isArray(architectures) && String(architectures[0]).endsWith('ForSequenceClassification');
}

/** Throws `Failure` for an architecture, an option or a rope type that would be computed wrongly. */
export function parseDecoderConfig(json: JsonObject): DecoderConfig {
  if (isClassifierJson(json)) {
    throw new Failure(
      'not-a-language-model',
      'The model scores whole sequences, as a reward model or a classifier, and a language model is wanted.',
      'Wire the language model that it was made from.',
    );
  }
  const architectures = Array.isArray(json.architectures) ? json.architectures : [];
  const family = families.find(({ modelType }) => modelType === json.model_type);
  if (!family || architectures.some((name) => name !== family.architecture)) {
    throw new Failure(
      'architecture-unsupported',
      `The model is ${architectures[0] ?? json.model_type ?? 'of no named architecture'}, which cannot be run.`,
      `These can: ${families.map(({ architecture }) => architecture).join(', ')}.`,
    );
  }
  if (json.quantization_config != null) refuse('quantization_config', json.quantization_config);
  return family.parse(json);
}

/** Ids of the tokens with a role; absent where the tokenizer has none. */
export interface SpecialIds {
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly padId: number | undefined;
}

/** The `config.json` of a fresh model; Transformers of either generation reads its rope settings. */
export function configJson(
  config: DecoderConfig,
  rope: Extract<Rope, { readonly type: 'default' }>,
  ids: SpecialIds,
): JsonObject {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: config.vocabSize,
    hidden_size: config.width,
    intermediate_size: config.mlpWidth,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads,
    head_dim: config.headWidth,
    hidden_act: 'silu',
    max_position_embeddings: config.maxPositions,
    rope_theta: rope.theta,
    rope_parameters: { rope_theta: rope.theta, rope_type: 'default' },
    rms_norm_eps: config.norm.epsilon,
    initializer_range: config.initializerRange,
    attention_bias: false,
    attention_dropout: 0,
    mlp_bias: false,
    tie_word_embeddings: config.tiedEmbeddings,
    bos_token_id: ids.bosId ?? null,
    eos_token_id: ids.eosId ?? null,
    pad_token_id: ids.padId ?? null,
    use_cache: true,
    torch_dtype: 'float32',
  };
}

/** The `generation_config.json` of a fresh model. */
export function generationConfigJson(ids: SpecialIds): JsonObject {
  const known = Object.entries({ bos_token_id: ids.bosId, eos_token_id: ids.eosId, pad_token_id: ids.padId });
  return Object.fromEntries(known.filter(([, id]) => id !== undefined));
}
