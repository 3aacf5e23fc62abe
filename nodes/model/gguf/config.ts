/** The metadata of a GGUF file → `config.json` and `generation_config.json`. */
import { Failure } from '../../../engine/failure.js';
import type { GgufHeader } from '../../format/gguf/header.js';
import type { JsonObject } from '../hugging-face-config.js';
import { type Architecture, architectures } from './architectures.js';
import { type Metadata, shortest } from './metadata.js';
import { scalingOfKeys } from './rope-keys.js';

/** Throws `Failure` `architecture-unsupported` and names what can be read. */
export function architectureOf(metadata: Metadata): Architecture {
  const name = metadata.optionalString('general.architecture');
  const found = architectures.find((known) => known.name === name);
  const experts = metadata.optionalNumber(`${name}.expert_count`) ?? 0;
  if (found && experts === 0) return found;
  const known = architectures.map((each) => each.name).join(', ');
  throw new Failure(
    'architecture-unsupported',
    `${metadata.file} is of the architecture ${name ?? '(none named)'}${experts > 0 ? ', a mixture of experts' : ''}; ${known} can be read.`,
  );
}

/** `ropeScaling` is what the tensor of frequencies tells, where the file has one. */
export function configOf(
  { name, modelType, className, constants }: Architecture,
  metadata: Metadata,
  tensors: GgufHeader['tensors'],
  ropeScaling: JsonObject | undefined,
): JsonObject {
  const number = (key: string) => metadata.number(`${name}.${key}`);
  const optional = (key: string) => metadata.optionalNumber(`${name}.${key}`);
  const embedding = tensors.get('token_embd.weight');
  if (!embedding) throw new Failure('weights-missing', `${metadata.file} has no tensor token_embd.weight.`);
  const heads = number('attention.head_count');
  const theta = shortest(optional('rope.freq_base') ?? 10_000);
  const scaling = ropeScaling ?? scalingOfKeys(name, metadata);
  return {
    architectures: [className],
    model_type: modelType,
    vocab_size: embedding.shape[0],
    hidden_size: number('embedding_length'),
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: optional('attention.head_count_kv') ?? heads,
    head_dim: optional('attention.key_length') ?? number('embedding_length') / heads,
    max_position_embeddings: number('context_length'),
    rms_norm_eps: shortest(number('attention.layer_norm_rms_epsilon')),
    rope_theta: theta,
    ...(scaling ? { rope_scaling: scaling } : {}),
    rope_parameters: { rope_theta: theta, ...(scaling ?? { rope_type: 'default' }) },
    ...constants,
    tie_word_embeddings: !tensors.has('output.weight'),
    initializer_range: 0.02,
    bos_token_id: metadata.optionalNumber('tokenizer.ggml.bos_token_id') ?? null,
    eos_token_id: metadata.optionalNumber('tokenizer.ggml.eos_token_id') ?? null,
    pad_token_id: metadata.optionalNumber('tokenizer.ggml.padding_token_id') ?? null,
    use_cache: true,
  };
}

/** Tokens that end a text; a chat model has one for the end of a turn too. */
export function generationConfigOf(metadata: Metadata): JsonObject {
  const id = (name: string) => metadata.optionalNumber(`tokenizer.ggml.${name}_token_id`);
  const ends = [...new Set([id('eos'), id('eot'), id('eom')])].filter((end) => end !== undefined);
  const ids = { bos_token_id: id('bos'), eos_token_id: ends.length > 1 ? ends : ends[0], pad_token_id: id('padding') };
  return Object.fromEntries(Object.entries(ids).filter(([, value]) => value !== undefined));
}
