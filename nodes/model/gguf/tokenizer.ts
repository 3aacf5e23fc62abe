/** The tokenizer in the metadata of a GGUF file → the files of a Hugging Face tokenizer. */
import { Failure } from '../../../engine/failure.js';
import type { Metadata } from './metadata.js';
import { preTokenizerNames, preTokenizerOf } from './pre-tokenizers.js';
import { scoredMerges } from './scored-merges.js';

export interface TokenizerJson {
  readonly tokenizer: object;
  readonly config: object;
  /** Jinja source. */
  readonly chatTemplate: string | undefined;
}

/** `tokenizer.ggml.token_type` */
const tokenTypes = { control: 3, userDefined: 4 } as const;

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly roles: Readonly<Partial<Record<'bos_token' | 'eos_token' | 'unk_token' | 'pad_token', string>>>;
}

/** Throws `Failure` `tokenizer-unsupported`, `gguf-invalid`. */
export function tokenizerOf(metadata: Metadata): TokenizerJson {
  const model = metadata.optionalString('tokenizer.ggml.model');
  const vocabulary = readVocabulary(metadata);
  const parts = model === 'gpt2' ? byteLevelBpe(metadata, vocabulary) : undefined;
  const known = parts ?? (model === 'llama' ? sentencePiece(metadata, vocabulary) : undefined);
  if (!known) {
    const message = `${metadata.file} has a tokenizer of the model ${model ?? '(none named)'}; gpt2 and llama can be read.`;
    throw new Failure('tokenizer-unsupported', message, 'Take the tokenizer from the original model.');
  }
  const added = addedTokens(vocabulary);
  const bos = vocabulary.roles.bos_token;
  const addsBos = bos !== undefined && (metadata.optionalBoolean('tokenizer.ggml.add_bos_token') ?? model === 'llama');
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      ...known,
      post_processor: addsBos ? beginWith(bos, vocabulary.tokens.indexOf(bos)) : null,
    },
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [String(id), token])),
      ...vocabulary.roles,
      add_bos_token: addsBos,
      clean_up_tokenization_spaces: false,
      model_max_length: metadata.optionalNumber(`${metadata.optionalString('general.architecture')}.context_length`),
    },
    chatTemplate: metadata.optionalString('tokenizer.chat_template'),
  };
}

function readVocabulary(metadata: Metadata): Vocabulary {
  const tokens = metadata.strings('tokenizer.ggml.tokens');
  const types = metadata.has('tokenizer.ggml.token_type') ? metadata.numbers('tokenizer.ggml.token_type') : [];
  if (types.length > 0 && types.length !== tokens.length) {
    throw invalid(metadata, `it has ${tokens.length} tokens, and types of ${types.length}`);
  }
  const seen = new Set<string>();
  for (const token of tokens) {
    if (seen.has(token)) throw invalid(metadata, `it has the token ${JSON.stringify(token)} twice`);
    seen.add(token);
  }
  const roles: Record<string, string> = {};
  for (const [role, key] of Object.entries({ bos: 'bos', eos: 'eos', unk: 'unknown', pad: 'padding' })) {
    const id = metadata.optionalNumber(`tokenizer.ggml.${key}_token_id`);
    if (id === undefined) continue;
    const token = tokens[id];
    if (token === undefined) throw invalid(metadata, `its ${key} token is ${id}, and it has ${tokens.length} tokens`);
    roles[`${role}_token`] = token;
  }
  return { tokens, types, roles };
}

function addedTokens({ tokens, types, roles }: Vocabulary) {
  const named = new Set(Object.values(roles));
  return tokens.flatMap((content, id) => {
    const special = types[id] === tokenTypes.control || named.has(content);
    if (!special && types[id] !== tokenTypes.userDefined) return [];
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
}

/** GPT-2's: words as bytes, spelt in printable characters, merged by rank. */
function byteLevelBpe(metadata: Metadata, { tokens }: Vocabulary) {
  const name = metadata.optionalString('tokenizer.ggml.pre') ?? 'default';
  const pre = preTokenizerOf(name);
  if (!pre) {
    throw new Failure(
      'tokenizer-unsupported',
      `${metadata.file} cuts texts by the rule ${name}; ${preTokenizerNames.join(', ')} are known.`,
      'Take the tokenizer from the original model.',
    );
  }
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const merges = metadata.strings('tokenizer.ggml.merges').map((merge) => {
    const space = merge.indexOf(' ', 1);
    return [merge.slice(0, space), merge.slice(space + 1)] as const;
  });
  const lost = merges.find(([left, right]) => !Object.hasOwn(vocab, left) || !Object.hasOwn(vocab, left + right));
  if (lost) throw invalid(metadata, `its merge ${JSON.stringify(lost.join(' '))} is not of its tokens`);
  return {
    normalizer: pre.normalizer,
    pre_tokenizer: pre.preTokenizer,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    model: { ...bpe, ignore_merges: pre.ignoreMerges, vocab, merges },
  };
}

const bpe = {
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
};

/** SentencePiece's: spaces as ▁, the pair of the highest score merged first, bytes for what is unknown. */
function sentencePiece(metadata: Metadata, { tokens, types, roles }: Vocabulary) {
  const scores = metadata.numbers('tokenizer.ggml.scores');
  if (scores.length !== tokens.length) {
    throw invalid(metadata, `it has ${tokens.length} tokens, and scores of ${scores.length}`);
  }
  const prefix = metadata.optionalBoolean('tokenizer.ggml.add_space_prefix') ?? true;
  const replace = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  const strip = { type: 'Strip', content: ' ', start: 1, stop: 0 };
  return {
    normalizer: prefix ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, replace] } : replace,
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(prefix ? [strip] : []),
      ],
    },
    model: {
      ...bpe,
      unk_token: roles.unk_token ?? null,
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: scoredMerges(tokens, scores, (id) => types[id] === undefined || types[id] === 1),
    },
  };
}

function beginWith(content: string, id: number): object {
  const first = { SpecialToken: { id: content, type_id: 0 } };
  const text = (name: 'A' | 'B', type_id: number) => ({ Sequence: { id: name, type_id } });
  return {
    type: 'TemplateProcessing',
    single: [first, text('A', 0)],
    pair: [first, text('A', 0), { SpecialToken: { id: content, type_id: 1 } }, text('B', 1)],
    special_tokens: { [content]: { id: content, ids: [id], tokens: [content] } },
  };
}

function invalid({ file }: Metadata, what: string): Failure {
  return new Failure('gguf-invalid', `The tokenizer in ${file} is not valid: ${what}.`);
}
