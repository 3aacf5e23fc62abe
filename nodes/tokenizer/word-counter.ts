/** How often each word occurs in the texts that a tokenizer is learned from. */

export interface WordCounter {
  add(text: string): void;
  /** How often each word occurs in all texts so far. */
  counts(): ReadonlyMap<string, number>;
}

/**
 * Between a letter and a space before another letter a word always ends, so texts can be cut there before the native
 * library cuts them properly. Most of these chunks occur again and again, and cost one look-up instead of a native call.
 */
const chunkEnds = /(?<=[A-Za-z])(?= [A-Za-z])/;

/** Longer chunks, as in a language without spaces, hardly ever occur again and would fill memory. */
const maxChunkLength = 64;

/** `cut` gives the words of a text; it must end a word wherever one letter, a space and another letter meet. */
export function countWordsBy(cut: (text: string) => readonly string[]): WordCounter {
  const words = new Map<string, number>();
  const chunks = new Map<string, number>();
  const countWords = (text: string, times: number): void => {
    for (const word of cut(text)) words.set(word, (words.get(word) ?? 0) + times);
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
