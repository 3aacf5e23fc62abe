/**
 * Byte-level byte-pair encoding (GPT-2): text is cut into words, each word's UTF-8 bytes are spelt in 256 printable
 * characters, and merges are learned over those. Any text can be encoded, and decodes to itself.
 */
import tokenizers from 'tokenizers';
import { learnMerges, type Merge } from './bpe.js';
import { addedToken } from './special-tokens.js';
import type { VocabularyModel } from './vocabulary-model.js';
import { countWordsBy, type WordCounter } from './word-counter.js';

/** The 256 characters that stand for bytes, in code-point order: their ids in the vocabulary follow it. */
export function byteAlphabet(): string[] {
  return tokenizers.byteLevelAlphabet().sort();
}

/** Counts words, cut as the trained tokenizer will cut them, and spelt in `byteAlphabet`. */
export function createWordCounter(): WordCounter {
  const preTokenizer = tokenizers.byteLevelPreTokenizer(false);
  return countWordsBy((text) => preTokenizer.preTokenizeString(text).map(([word]) => word));
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

/** Byte-pair encoding as a model that `tokenizer.train` can learn. */
export function byteLevelModel(): VocabularyModel {
  return {
    counter: createWordCounter,
    createReader: createWordReader,
    *learn(words, { size, special, minFrequency }) {
      const merges: Merge[] = [];
      const tokens = new Set([...special, ...byteAlphabet()]);
      const start = tokens.size;
      if (start < size) {
        for (const merge of learnMerges(words, byteAlphabet(), minFrequency)) {
          merges.push(merge);
          tokens.add(merge.left + merge.right);
          yield { step: tokens.size - start, total: size - start, unit: 'merges' };
          if (tokens.size === size) break;
        }
      }
      return { json: tokenizerJson(special, merges), size: tokens.size };
    },
  };
}

/** `tokenizer.json`: special tokens first, then the bytes, then the merges in the order learned. */
export function tokenizerJson(special: readonly string[], merges: readonly Merge[]): object {
  // A special token may be spelt as a merge is; it is one token, and special.
  const tokens = [...new Set([...special, ...byteAlphabet(), ...merges.map(({ left, right }) => left + right)])];
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
