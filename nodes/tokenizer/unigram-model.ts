/**
 * A unigram tokenizer: words begin with the space before them, written `▁`, and are cut into the likeliest pieces.
 * Unlike SentencePiece it puts no space before the first word, so that a text decodes to itself.
 */
import tokenizers from 'tokenizers';
import { alphabetOf, assertRoom } from './alphabet.js';
import { addedToken } from './special-tokens.js';
import { learnPieces, type Piece } from './unigram.js';
import type { VocabularyModel } from './vocabulary-model.js';
import { countWordsBy } from './word-counter.js';

const space = '▁';
const seedSize = 1_000_000;

/** Bytes are matched by fallback alone: a text that holds `<0x41>` must not become the byte 0x41. */
const byteScore = -1000;

export interface UnigramModelOptions {
  readonly unkToken: string;
  readonly lowercase: boolean;
  /** Other characters than these most frequent ones are unknown. */
  readonly limitAlphabet: number | null;
  /** Whether unknown characters are spelt in bytes; else each is an unknown token. */
  readonly byteFallback: boolean;
  readonly maxPieceLength: number;
}

export function unigramModel(options: UnigramModelOptions): VocabularyModel {
  const { lowercase, limitAlphabet, byteFallback, maxPieceLength } = options;
  return {
    counter: () => {
      const normalizer = lowercase ? tokenizers.lowercase() : undefined;
      const preTokenizer = tokenizers.metaspacePreTokenizer(space, 'never', true);
      return countWordsBy((text) =>
        preTokenizer.preTokenizeString(normalizer?.normalizeString(text) ?? text).map(([word]) => word),
      );
    },
    createReader: () => (word) => word.replaceAll(space, ' '),
    *learn(allWords, { size, special }) {
      const letters = alphabetOf(allWords, limitAlphabet);
      const words = limitAlphabet === null ? allWords : cutAtUnknown(allWords, new Set(letters));
      const fixed = new Set([...special, ...(byteFallback ? byteTokens() : [])]);
      const room = size - fixed.size;
      assertRoom(size, fixed.size + letters.length);
      const learning = learnPieces(words, { size: room, maxPieceLength, seedSize });
      let most = 0;
      for (let step = learning.next(); ; step = learning.next()) {
        if (step.done) {
          // A text may spell out a special token, or the name of a byte: there is no second token for it.
          const pieces = step.value.filter(({ text }) => !fixed.has(text));
          return { json: unigramJson(special, fixed, pieces, options), size: fixed.size + pieces.length };
        }
        most = Math.max(most, step.value);
        yield { step: most - step.value, total: Math.max(1, most - room), unit: 'pieces removed' };
      }
    },
  };
}

function cutAtUnknown(words: ReadonlyMap<string, number>, letters: ReadonlySet<string>): Map<string, number> {
  const parts = new Map<string, number>();
  for (const [word, count] of words) {
    const spaced = Array.from(word, (letter) => (letters.has(letter) ? letter : '\0')).join('');
    for (const part of spaced.split('\0')) if (part !== '') parts.set(part, (parts.get(part) ?? 0) + count);
  }
  return parts;
}

function byteTokens(): string[] {
  return Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
}

function unigramJson(
  special: readonly string[],
  fixed: ReadonlySet<string>,
  pieces: readonly Piece[],
  { unkToken, lowercase, byteFallback }: UnigramModelOptions,
): object {
  const vocab = [
    ...[...fixed].map((token, id) => [token, id < special.length ? 0 : byteScore]),
    ...pieces.map(({ text, score }) => [text, score]),
  ];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({ id, ...addedToken(content) })),
    normalizer: lowercase ? { type: 'Lowercase' } : null,
    pre_tokenizer: { type: 'Metaspace', replacement: space, prepend_scheme: 'never', split: true },
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: space }, content: ' ' },
        ...(byteFallback ? [{ type: 'ByteFallback' }] : []),
        { type: 'Fuse' },
      ],
    },
    model: { type: 'Unigram', unk_id: special.indexOf(unkToken), vocab, byte_fallback: byteFallback },
  };
}
