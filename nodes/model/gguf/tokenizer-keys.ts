/** A Hugging Face tokenizer → the keys `tokenizer.*` of a GGUF file. */
import { Failure } from '../../../engine/failure.js';
import type { TypedValue } from '../../format/gguf/writer.js';
import { nameOfPreTokenizer } from './pre-tokenizers.js';
import { scoredMerges } from './scored-merges.js';

export interface TokenizerFile {
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special: boolean }[];
  readonly normalizer?: { readonly type?: string; readonly normalizers?: readonly { readonly type?: string }[] } | null;
  readonly pre_tokenizer?: unknown;
  readonly post_processor?: PostProcessor | null;
  readonly model: {
    readonly type?: string;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges?: readonly (string | readonly [string, string])[];
    readonly byte_fallback?: boolean;
    readonly ignore_merges?: boolean;
  };
}

interface PostProcessor {
  readonly type?: string;
  readonly special_tokens?: object;
  readonly processors?: readonly PostProcessor[];
}

export interface TokenizerFacts {
  readonly roles: Readonly<Record<'bos' | 'eos' | 'padding' | 'unknown', number | undefined>>;
  /** Ends a turn of a conversation, where another token ends a text. */
  readonly endOfTurn: number | undefined;
  readonly chatTemplate: string | undefined;
  /** Rows of the embedding; those without a token get a placeholder. */
  readonly rows: number;
}

const types = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** Throws `Failure` `tokenizer-unsupported` for a tokenizer that GGUF has no word for. */
export function tokenizerKeys(file: TokenizerFile, facts: TokenizerFacts): Record<string, TypedValue> {
  if (file.model.type !== undefined && file.model.type !== 'BPE')
    throw unsupported(`is of the model ${file.model.type}`);
  const pieces = file.model.byte_fallback === true;
  const { tokens, kinds } = listTokens(file, facts, pieces);
  const merges = (file.model.merges ?? []).map((merge) =>
    typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge,
  );
  const ids = Object.entries({ ...facts.roles, eot: facts.endOfTurn }).filter(([, id]) => id !== undefined);
  return {
    ...(pieces ? scoredKeys(file, tokens, kinds, merges) : byteLevelKeys(file, merges)),
    'tokenizer.ggml.tokens': { type: 'strings', value: tokens },
    'tokenizer.ggml.token_type': { type: 'int32s', value: kinds },
    ...Object.fromEntries(
      ids.map(([role, id]) => [`tokenizer.ggml.${role}_token_id`, { type: 'uint32', value: id! } as const]),
    ),
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: addsTokens(file.post_processor) },
    ...(facts.chatTemplate === undefined
      ? {}
      : { 'tokenizer.chat_template': { type: 'string', value: facts.chatTemplate } as const }),
  };
}

/** Whether a text gets tokens around it, of which llama.cpp knows the one before. */
function addsTokens(processor: PostProcessor | null | undefined): boolean {
  if (processor?.processors) return processor.processors.some(addsTokens);
  return Object.keys(processor?.special_tokens ?? {}).length > 0;
}

function listTokens({ model, added_tokens = [] }: TokenizerFile, { rows, roles }: TokenizerFacts, pieces: boolean) {
  const tokens = Array.from({ length: rows }, (_, id) => `[PAD${id}]`);
  const kinds: number[] = tokens.map(() => types.unused);
  for (const [token, id] of Object.entries(model.vocab)) {
    tokens[id] = token;
    kinds[id] = pieces && /^<0x[0-9A-F]{2}>$/.test(token) ? types.byte : types.normal;
  }
  for (const { id, content, special } of added_tokens) {
    tokens[id] = content;
    kinds[id] = special ? types.control : types.userDefined;
  }
  if (pieces && roles.unknown !== undefined) kinds[roles.unknown] = types.unknown;
  return { tokens, kinds };
}

type Merges = readonly (readonly [string, string])[];

function byteLevelKeys({ pre_tokenizer, model }: TokenizerFile, merges: Merges): Record<string, TypedValue> {
  const pre = nameOfPreTokenizer(pre_tokenizer, model.ignore_merges === true);
  if (pre === undefined) throw unsupported('cuts texts by a rule that GGUF has no name for');
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
    'tokenizer.ggml.pre': { type: 'string', value: pre },
    'tokenizer.ggml.merges': { type: 'strings', value: merges.map((merge) => merge.join(' ')) },
  };
}

/** Scores in the order of the merges; they must lead to the same merges again. */
function scoredKeys(
  { normalizer }: TokenizerFile,
  tokens: readonly string[],
  kinds: readonly number[],
  merges: Merges,
): Record<string, TypedValue> {
  const ranks = new Map<string, number>();
  for (const pair of merges) if (!ranks.has(pair.join(''))) ranks.set(pair.join(''), ranks.size);
  const scores = tokens.map((token, id) => (kinds[id] === types.normal ? -(ranks.get(token) ?? ranks.size) : 0));
  const again = scoredMerges(tokens, scores, (id) => kinds[id] === types.normal);
  if (again.length !== merges.length || again.some((pair, i) => pair.join(' ') !== merges[i]!.join(' '))) {
    throw unsupported('merges its pieces in an order that no scores give');
  }
  const steps = normalizer?.normalizers ?? [normalizer ?? {}];
  if (!steps.some(({ type }) => type === 'Replace')) throw unsupported('does not write spaces as ▁');
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'llama' },
    'tokenizer.ggml.scores': { type: 'float32s', value: scores },
    'tokenizer.ggml.add_space_prefix': { type: 'bool', value: steps.some(({ type }) => type === 'Prepend') },
  };
}

function unsupported(why: string): Failure {
  return new Failure('tokenizer-unsupported', `The tokenizer cannot be written as GGUF: it ${why}.`);
}
