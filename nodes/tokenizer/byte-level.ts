/**
 * Byte-level byte-pair encoding (GPT-2): text is cut into words, each word's UTF-8 bytes are spelt in 256 printable
 * characters, and merges are learned over those. Any text can be encoded, and decodes to itself.
 */
import tokenizers from 'tokenizers';
import type { Merge } from './bpe.js';
import { addedToken } from './special-tokens.js';

/** The 256 characters that stand for bytes, in code-point order: their ids in the vocabulary follow it. */
export function byteAlphabet(): string[] {
  return tokenizers.byteLevelAlphabet().sort();
}

export interface WordCounter {
  add(text: string): void;
  /** How often each word occurs in all texts so far, words spelt in `byteAlphabet`. */
  counts(): ReadonlyMap<string, number>;
}

/**
 * Between a letter and a space before another letter a word always ends, so texts can be cut there before the native
 * library cuts them properly. Most of these chunks occur again and again, and cost one look-up instead of a native call.
 */
const chunkEnds = /(?<=[A-Za-z])(?= [A-Za-z])/;

/** Longer chunks, as in a language without spaces, hardly ever occur again and would fill memory. */
const maxChunkLength = 64;

/** Counts words, cut as the trained tokenizer will cut them. */
export function createWordCounter(): WordCounter {
  const preTokenizer = tokenizers.byteLevelPreTokenizer(false);
  const words = new Map<string, number>();
  const chunks = new Map<string, number>();
  const countWords = (text: string, times: number): void => {
    for (const [word] of preTokenizer.preTokenizeString(text)) words.set(word, (words.get(word) ?? 0) + times);
  };
  return {
    add: (text) => {
      for (const chunk of text.split(chunkEnds)) {
        if (chunk.length <= maxChunkLength) chunks.set(chunk, (chunks.get(chunk) ?? 0) + 1);
        else countWords(chunk, 1);
      }
    },
    counts: () => {
      for (const [chunk, times] of chunks) countWords(chunk, times);
      chunks.clear();
      return words;
    },
  };
}

/** The text of a word that is spelt in `byteAlphabet`. */
export function createWordReader(): (word: string) => string {
  const byteOf = new Map(byteAlphabet().map((character) => [character, alphabetByte(character)]));
  return (word) => Buffer.from(Array.from(word, (character) => byteOf.get(character)!)).toString('utf8');
}

/**
 * Printable bytes of Latin-1 stand for themselves, the others, in their order, for the characters from U+0100 on.
 */
function alphabetByte(character: string): number {
  const code = character.codePointAt(0)!;
  return code < 0x100 ? code : unprintableBytes[code - 0x100]!;
}

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
const unprintableBytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isPrintable(byte));

/** `tokenizer.json`: special tokens first, then the bytes, then the merges in the order learned. */
export function tokenizerJson(special: readonly string[], merges: readonly Merge[]): object {
  const tokens = [...special, ...byteAlphabet(), ...merges.filter((merge) => merge.fresh).map((m) => m.left + m.right)];
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({ id, ...addedToken(content) })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map(({ left, right }) => [left, right]),
    },
  };
}
