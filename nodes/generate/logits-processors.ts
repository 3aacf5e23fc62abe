/**
 * What is done to the logits of the next token before it is chosen, greedily or not, with the meanings and in the order
 * of Transformers; presence and frequency penalties as OpenAI's API and vLLM have them. Pure functions.
 */

export interface Processing {
  /** CTRL (Keskar et al., 2019): logits of tokens of prompt and response are divided by it, negative ones multiplied. 1: off. */
  readonly repetitionPenalty?: number;
  /** Taken off the logits of tokens that the response holds. 0: off. */
  readonly presencePenalty?: number;
  /** Taken off the logits of tokens, once for each time that the response holds them. 0: off. */
  readonly frequencyPenalty?: number;
  /** No sequence of so many tokens occurs twice in prompt and response. 0: off. */
  readonly noRepeatNgramSize?: number;
  /** No end token before the response has so many tokens. */
  readonly minNewTokens?: number;
}

/** What has been read and written before the token that is to be chosen. */
export interface History {
  readonly prompt: readonly number[];
  readonly response: readonly number[];
}

/** The scores to choose from. Logits that nothing changes are returned themselves, never written to. */
export function processLogits(
  logits: Float32Array,
  { prompt, response }: History,
  processing: Processing,
  endIds: readonly number[],
): Float32Array {
  const { repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0 } = processing;
  const { noRepeatNgramSize = 0, minNewTokens = 0 } = processing;
  const steps: ((scores: Float32Array) => void)[] = [];
  if (repetitionPenalty !== 1) {
    steps.push((scores) => penaliseRepetition(scores, new Set([...prompt, ...response]), repetitionPenalty));
  }
  if (presencePenalty !== 0 || frequencyPenalty !== 0) {
    steps.push((scores) => penaliseCounts(scores, response, presencePenalty, frequencyPenalty));
  }
  if (noRepeatNgramSize > 0) {
    steps.push((scores) => ban(scores, ngramEnds([...prompt, ...response], noRepeatNgramSize)));
  }
  if (response.length < minNewTokens) steps.push((scores) => ban(scores, endIds));
  if (steps.length === 0) return logits;
  const scores = logits.slice();
  for (const step of steps) step(scores);
  return scores;
}

function penaliseRepetition(scores: Float32Array, ids: ReadonlySet<number>, penalty: number): void {
  for (const id of ids) scores[id] = scores[id]! < 0 ? scores[id]! * penalty : scores[id]! / penalty;
}

function penaliseCounts(scores: Float32Array, ids: readonly number[], presence: number, frequency: number): void {
  for (const id of ids) scores[id] = scores[id]! - frequency;
  for (const id of new Set(ids)) scores[id] = scores[id]! - presence;
}

/** The tokens that followed, so far, wherever the last `size` − 1 tokens stood. */
function ngramEnds(ids: readonly number[], size: number): number[] {
  const prefix = ids.length - (size - 1);
  const ends: number[] = [];
  for (let start = 0; start + size <= ids.length; start++) {
    let same = true;
    for (let i = 0; same && i < size - 1; i++) same = ids[start + i] === ids[prefix + i];
    if (same) ends.push(ids[start + size - 1]!);
  }
  return ends;
}

function ban(scores: Float32Array, ids: Iterable<number>): void {
  for (const id of ids) scores[id] = Number.NEGATIVE_INFINITY;
}
