/** From the tokens of a text to what a model reads and what it is asked at each place. */
import { Failure } from '../../engine/failure.js';
import { ignoredLabel } from '../loss/cross-entropy.js';
import type { Encoding } from '../tokenizer/tokenizer.js';

/** A piece of text as the model sees it. Both lists have the same length. */
export interface Example {
  /** Tokens read. */
  readonly ids: readonly number[];
  /** The token that follows each of them, or −100 where the answer is not supervised. */
  readonly targets: readonly number[];
}

/**
 * A document, beginning with BOS where the tokenizer has one and ending with EOS, cut into examples of at most
 * `maxLength` tokens. The target of a piece's last token is the next piece's first, so no token goes unasked.
 */
export function documentExamples(
  ids: readonly number[],
  special: { readonly bosId: number | undefined; readonly eosId: number },
  maxLength: number,
): Example[] {
  const sequence = [...withBos(ids, special.bosId), special.eosId];
  const examples: Example[] = [];
  for (let start = 0; start < sequence.length - 1; start += maxLength) {
    const end = Math.min(start + maxLength, sequence.length - 1);
    examples.push({ ids: sequence.slice(start, end), targets: sequence.slice(start + 1, end + 1) });
  }
  return examples;
}

/** Puts BOS in front, unless it stands there. */
export function withBos(ids: readonly number[], bosId: number | undefined): readonly number[] {
  return bosId === undefined || ids[0] === bosId ? ids : [bosId, ...ids];
}

export interface CompletionExample extends Example {
  /** The whole did not fit, and its end was cut. */
  readonly cut: boolean;
  /** A token stands across the boundary of prompt and completion. */
  readonly merged: boolean;
  readonly supervisedTokens: number;
}

/**
 * A prompt and its completion, tokenised together since tokens may merge across the boundary; EOS ends the completion
 * and is learned with it. `boundary` is the prompt's length in UTF-16 units. A token that holds any part of the
 * completion belongs to the completion: otherwise its first letters would never be learned.
 */
export function completionExample(
  encoding: Encoding,
  boundary: number,
  options: {
    readonly bosId: number | undefined;
    readonly eosId: number;
    readonly maxLength: number;
    readonly completionOnly: boolean;
  },
): CompletionExample {
  const promptTokens = encoding.offsets.findIndex(([, end]) => end > boundary);
  const merged = promptTokens >= 0 && encoding.offsets[promptTokens]![0] < boundary;
  const sequence = [...withBos(encoding.ids, options.bosId), options.eosId];
  const added = sequence.length - 1 - encoding.ids.length;
  const firstSupervised = options.completionOnly
    ? added + (promptTokens < 0 ? encoding.ids.length : promptTokens)
    : added;
  const length = Math.min(options.maxLength, sequence.length - 1);
  const targets = sequence.slice(1, length + 1).map((id, i) => (i + 1 >= firstSupervised ? id : ignoredLabel));
  return {
    ids: sequence.slice(0, length),
    targets,
    cut: length < sequence.length - 1,
    merged,
    supervisedTokens: countSupervised(targets),
  };
}

export function countSupervised(targets: readonly number[]): number {
  return targets.reduce((count, target) => count + (target === ignoredLabel ? 0 : 1), 0);
}

/** Throws `Failure` where nothing would be learned from the rows of an input port. */
export function assertSupervised(examples: readonly Example[], port: string): void {
  if (examples.some(({ targets }) => countSupervised(targets) > 0)) return;
  throw new Failure(
    'no-supervised-tokens',
    `No token of the input \`${port}\` would be learned.`,
    'The dataset is empty, or max_length cuts every completion away.',
  );
}
