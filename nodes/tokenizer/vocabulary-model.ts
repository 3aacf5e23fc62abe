/** What `tokenizer.train` needs to know of a kind of vocabulary: byte-level BPE, WordPiece, unigram. */
import type { Progress } from '../../engine/kind.js';
import type { WordCounter } from './word-counter.js';

export interface VocabularyOptions {
  /** Size of the whole vocabulary. */
  readonly size: number;
  /** Special tokens, first in the vocabulary. */
  readonly special: readonly string[];
  readonly minFrequency: number;
}

export interface Vocabulary {
  /** The whole `tokenizer.json`. */
  readonly json: object;
  /** Its tokens; fewer than asked for where the data has no more. */
  readonly size: number;
}

export interface VocabularyModel {
  /** Counts words as the trained tokenizer will cut them. */
  counter(): WordCounter;
  /** The text that a counted word stands for. */
  createReader(): (word: string) => string;
  /** Yields its progress. Throws `Failure`. */
  learn(words: ReadonlyMap<string, number>, options: VocabularyOptions): Generator<Progress, Vocabulary, void>;
}
