/**
 * A Hugging Face tokenizer read from its folder. The native library encodes on threads of its own, so that encoding and
 * decoding are asynchronous.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import tokenizers from 'tokenizers';
import { readTokenizerConfig, type TokenRole, unusable } from './tokenizer-config.js';

/** Tokens of one text. */
export interface Encoding {
  readonly ids: readonly number[];
  /**
   * For each token, the half-open range of UTF-16 offsets of the text that it stands for. Tokens that share one
   * character between them (bytes of an emoji) all carry the range of that whole character.
   */
  readonly offsets: readonly (readonly [number, number])[];
}

export interface Tokenizer {
  /** One more than the largest id: the rows that an embedding needs. */
  readonly vocabSize: number;
  readonly eosId: number | undefined;
  readonly padId: number | undefined;
  readonly bosId: number | undefined;
  /** Tokens that stand for no text, such as the end of a turn: id → name. */
  specialTokens(): ReadonlyMap<number, string>;
  /** Jinja source of the chat template that comes with it. */
  readonly chatTemplate: string | undefined;
  /** What a chat template sees of the tokenizer: `bos_token`, `eos_token`, … */
  readonly templateVariables: Readonly<Record<string, string | readonly string[]>>;
  /**
   * Pure in `text`: adds no special tokens, pads and cuts nothing. The name of a special token that stands in `text`
   * becomes that token. A lone surrogate, which no UTF-8 can hold, is read as U+FFFD.
   */
  encode(text: string): Promise<Encoding>;
  encodeBatch(texts: readonly string[]): Promise<Encoding[]>;
  decode(ids: readonly number[], options?: DecodeOptions): Promise<string>;
  decodeBatch(batch: readonly (readonly number[])[], options?: DecodeOptions): Promise<string[]>;
  tokenToId(token: string): number | undefined;
  idToToken(id: number): string | undefined;
}

export interface DecodeOptions {
  /** Default: false. */
  readonly skipSpecialTokens?: boolean;
}

/** Reads `tokenizer.json` and what stands beside it. Throws `Failure` `tokenizer-invalid` when it is unusable. */
export function loadTokenizer(directory: string): Tokenizer {
  const path = join(directory, 'tokenizer.json');
  const native = readNative(path);
  native.disableTruncation();
  native.disablePadding();
  const { roles, additionalSpecialTokens, chatTemplate } = readTokenizerConfig(directory);
  const tokenToId = (token: string): number | undefined => native.tokenToId(token) ?? undefined;
  const roleId = (role: TokenRole): number | undefined => {
    const name = roles[role];
    if (name === undefined) return undefined;
    const id = tokenToId(name);
    if (id === undefined) throw unusable(directory, `its ${role} ${JSON.stringify(name)} is not in its vocabulary`);
    return id;
  };
  const withoutSpecials = { addSpecialTokens: false };
  const specialTokens = specialTokensOf(path);
  return {
    vocabSize: 1 + Object.values(native.getVocab(true)).reduce((most, id) => Math.max(most, id), -1),
    eosId: roleId('eos_token'),
    padId: roleId('pad_token'),
    bosId: roleId('bos_token'),
    specialTokens,
    chatTemplate,
    templateVariables: {
      ...roles,
      ...(additionalSpecialTokens.length > 0 ? { additional_special_tokens: additionalSpecialTokens } : {}),
    },
    encode: async (text) => lazyEncoding(text, await native.encode(text, null, withoutSpecials)),
    encodeBatch: async (texts) => {
      const encodings = await native.encodeBatch([...texts], withoutSpecials);
      return encodings.map((encoding, index) => lazyEncoding(texts[index]!, encoding));
    },
    decode: (ids, { skipSpecialTokens = false } = {}) => native.decode([...ids], skipSpecialTokens),
    decodeBatch: (batch, { skipSpecialTokens = false } = {}) =>
      native.decodeBatch(
        batch.map((ids) => [...ids]),
        skipSpecialTokens,
      ),
    tokenToId,
    idToToken: (id) => native.idToToken(id) ?? undefined,
  };
}

/** Copying offsets out of the native library takes several times as long as the ids, and few callers want them. */
function lazyEncoding(text: string, native: tokenizers.Encoding): Encoding {
  let offsets: Encoding['offsets'] | undefined;
  return {
    ids: native.getIds(),
    get offsets() {
      offsets ??= toUtf16(text, native.getOffsets());
      return offsets;
    },
  };
}

/** The native library counts in code points; a character beyond the basic plane takes two UTF-16 units. */
function toUtf16(text: string, offsets: readonly (readonly number[])[]): [number, number][] {
  const pairs = offsets.map(([start, end]): [number, number] => [start!, end!]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all that is not a surrogate counts the same in both.
  if (/^[\u0000-\ud7ff\ue000-\uffff]*$/.test(text)) return pairs;
  const unitAt: number[] = [];
  let unit = 0;
  for (const character of text) {
    unitAt.push(unit);
    unit += character.length;
  }
  unitAt.push(unit);
  return pairs.map(([start, end]) => [unitAt[start]!, unitAt[end]!]);
}

function readNative(path: string): tokenizers.Tokenizer {
  if (!existsSync(path)) throw unusable(path, 'there is no such file');
  try {
    return tokenizers.Tokenizer.fromFile(path);
  } catch (error) {
    throw unusable(path, error instanceof Error ? error.message : String(error));
  }
}

/** The added tokens that are marked special. Read once, and only for who asks: the file may be large. */
function specialTokensOf(path: string): Tokenizer['specialTokens'] {
  let tokens: ReadonlyMap<number, string> | undefined;
  return () => {
    if (tokens) return tokens;
    const { added_tokens: added } = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special: boolean }[];
    };
    tokens = new Map((added ?? []).filter(({ special }) => special).map(({ id, content }) => [id, content]));
    return tokens;
  };
}
