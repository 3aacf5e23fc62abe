/**
 * WordPiece (Schuster & Nakajima 2012), as Hugging Face trains it: the merges of a byte-pair encoding over characters,
 * where one that stands within a word is spelt with `##` before it. A text is cut at white space and punctuation, and
 * each word is encoded from its start by the longest token that fits; a word that cannot be is one unknown token.
 */
import tokenizers from 'tokenizers';
import { alphabetOf, assertRoom } from './alphabet.js';
import { learnMerges, type Spelling } from './bpe.js';
import { addedToken } from './special-tokens.js';
import type { VocabularyModel } from './vocabulary-model.js';
import { countWordsBy } from './word-counter.js';

const prefix = '##';

const spelling: Spelling = {
  split: (word) => Array.from(word, (character, index) => (index === 0 ? character : prefix + character)),
  join: (left, right) => left + right.slice(prefix.length),
};

export interface WordPieceOptions {
  readonly unkToken: string;
  readonly lowercase: boolean;
  /** Words with other characters than these most frequent ones are left out. */
  readonly limitAlphabet: number | null;
}

export function wordPieceModel({ unkToken, lowercase, limitAlphabet }: WordPieceOptions): VocabularyModel {
  return {
    counter: () => {
      const normalizer = tokenizers.bertNormalizer({ lowercase });
      const preTokenizer = tokenizers.bertPreTokenizer();
      return countWordsBy((text) =>
        preTokenizer.preTokenizeString(normalizer.normalizeString(text)).map(([word]) => word),
      );
    },
    createReader: () => (word) => word,
    *learn(allWords, { size, special, minFrequency }) {
      const letters = new Set(alphabetOf(allWords, limitAlphabet));
      const words = new Map([...allWords].filter(([word]) => [...word].every((character) => letters.has(character))));
      const within = new Set([...words.keys()].flatMap((word) => Array.from(word).slice(1)));
      const alphabet = [...letters, ...[...letters].filter((letter) => within.has(letter)).map((l) => prefix + l)];
      const tokens = new Set([...special, ...alphabet]);
      const start = tokens.size;
      assertRoom(size, start);
      if (start < size) {
        for (const { left, right } of learnMerges(words, alphabet, minFrequency, spelling)) {
          tokens.add(spelling.join(left, right));
          yield { step: tokens.size - start, total: size - start, unit: 'merges' };
          if (tokens.size === size) break;
        }
      }
      return { json: wordPieceJson(special, [...tokens], unkToken, lowercase), size: tokens.size };
    },
  };
}

function wordPieceJson(special: readonly string[], tokens: readonly string[], unkToken: string, lowercase: boolean) {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({ id, ...addedToken(content) })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: { type: 'WordPiece', prefix, cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unkToken,
      continuing_subword_prefix: prefix,
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  };
}
