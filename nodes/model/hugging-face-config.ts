/** A Hugging Face `config.json`, read into a `DecoderConfig` and made from one. What is not understood is refused. */
import { Failure } from '../../engine/failure.js';
import type { DecoderConfig, Rope } from '../nn/decoder-config.js';

export type JsonObject = Readonly<Record<string, unknown>>;

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
  if (json.model_type !== 'llama' || architectures.some((name) => name !== 'LlamaForCausalLM')) {
    throw new Failure(
      'architecture-unsupported',
      `The model is ${architectures[0] ?? json.model_type ?? 'of no named architecture'}; LlamaForCausalLM can be run.`,
    );
  }
  refuseUnless(json, 'hidden_act', 'silu');
  refuseUnless(json, 'attention_bias', false);
  refuseUnless(json, 'mlp_bias', false);
  if (json.quantization_config != null) refuse('quantization_config', json.quantization_config);
  const heads = size(json, 'num_attention_heads');
  const width = size(json, 'hidden_size');
  const keyValueHeads = json.num_key_value_heads == null ? heads : size(json, 'num_key_value_heads');
  const headWidth = json.head_dim == null ? width / heads : size(json, 'head_dim');
  if (heads % keyValueHeads !== 0) refuse('num_key_value_heads', keyValueHeads);
  if (!Number.isInteger(headWidth) || headWidth % 2 !== 0) refuse('head_dim', headWidth);
  return {
    vocabSize: size(json, 'vocab_size'),
    width,
    mlpWidth: size(json, 'intermediate_size'),
    layers: size(json, 'num_hidden_layers'),
    heads,
    keyValueHeads,
    headWidth,
    maxPositions: size(json, 'max_position_embeddings', 2048),
    rope: parseRope(json),
    normEpsilon: number(json, 'rms_norm_eps', 1e-6),
    tiedEmbeddings: json.tie_word_embeddings === true,
    initializerRange: number(json, 'initializer_range', 0.02),
  };
}

/** Transformers 5 writes `rope_parameters`; before it there were `rope_theta` and `rope_scaling`. */
function parseRope(json: JsonObject): Rope {
  const parameters = (json.rope_parameters ?? json.rope_scaling ?? {}) as JsonObject;
  const theta = number({ ...json, ...parameters }, 'rope_theta', 10_000);
  const type = parameters.rope_type ?? parameters.type ?? 'default';
  if (json.partial_rotary_factor != null && json.partial_rotary_factor !== 1) {
    refuse('partial_rotary_factor', json.partial_rotary_factor);
  }
  switch (type) {
    case 'default':
      return { type: 'default', theta };
    case 'linear':
      return { type: 'linear', theta, factor: number(parameters, 'factor') };
    case 'llama3':
      return {
        type: 'llama3',
        theta,
        factor: number(parameters, 'factor'),
        lowFrequencyFactor: number(parameters, 'low_freq_factor'),
        highFrequencyFactor: number(parameters, 'high_freq_factor'),
        originalMaxPositions: number(parameters, 'original_max_position_embeddings'),
      };
    default:
      throw new Failure(
        'rope-type-unsupported',
        `The model's rope type ${JSON.stringify(type)} is not known; default, linear and llama3 are.`,
      );
  }
}

function size(json: JsonObject, key: string, fallback?: number): number {
  const value = number(json, key, fallback);
  if (!Number.isSafeInteger(value) || value < 1) refuse(key, value);
  return value;
}

function number(json: JsonObject, key: string, fallback?: number): number {
  const value = json[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(key, value);
  return value;
}

function refuseUnless(json: JsonObject, key: string, only: unknown): void {
  if (json[key] != null && json[key] !== only) refuse(key, json[key]);
}

function refuse(key: string, value: unknown): never {
  throw new Failure(
    'model-config-unsupported',
    `The model's config.json has ${key}: ${JSON.stringify(value)}, which cannot be run.`,
  );
}

/** Ids of the tokens with a role; absent where the tokenizer has none. */
export interface SpecialIds {
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly padId: number | undefined;
}

/** The `config.json` of a fresh model; Transformers of either generation reads its rope settings. */
export function configJson(
  config: DecoderConfig & { readonly rope: { readonly type: 'default' } },
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
    rope_theta: config.rope.theta,
    rope_parameters: { rope_theta: config.rope.theta, rope_type: 'default' },
    rms_norm_eps: config.normEpsilon,
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
