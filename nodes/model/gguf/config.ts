/** The metadata of a GGUF file → `config.json` and `generation_config.json`. */
import { Failure } from '../../../engine/failure.js';
import type { GgufHeader } from '../../format/gguf/header.js';
import type { JsonObject } from '../hugging-face-config.js';
import type { Architecture } from './architecture.js';
import { architectures } from './architectures.js';
import { type Keys, keysOf } from './keys.js';
import type { Metadata } from './metadata.js';

/** Throws `Failure` `architecture-unsupported` and names what can be read. */
export function architectureOf(metadata: Metadata): Architecture {
  const name = metadata.optionalString('general.architecture');
  const found = architectures.find((known) => known.name === name);
  const experts = metadata.optionalNumber(`${name}.expert_count`) ?? 0;
  if (found && experts === 0) return found;
  const known = [...new Set(architectures.map((each) => each.name))].join(', ');
  throw new Failure(
    'architecture-unsupported',
    `${metadata.file} is of the architecture ${name ?? '(none named)'}${experts > 0 ? ', a mixture of experts' : ''}; ${known} can be read.`,
  );
}

/** `vectors` are the tensors of the file that are settings. */
export function configOf(
  { name, modelType, className, config }: Architecture,
  metadata: Metadata,
  tensors: GgufHeader['tensors'],
  vectors: Keys['vectors'],
): JsonObject {
  const embedding = tensors.get('token_embd.weight');
  if (!embedding) throw new Failure('weights-missing', `${metadata.file} has no tensor token_embd.weight.`);
  return {
    architectures: [className],
    model_type: modelType,
    vocab_size: embedding.shape[0],
    ...config(keysOf(name, metadata, vectors)),
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
