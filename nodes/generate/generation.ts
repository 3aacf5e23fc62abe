/** What is asked of a generator, and what it gives. */
import type { BeamSettings } from './beam-search.js';
import type { Processing } from './logits-processors.js';
import type { Sampling } from './sampling.js';

/** What the programs and the cache are made for, once. */
export interface GeneratorSize {
  /** Tokens of each prompt to come, or of a sample of them with the longest: they decide what prompts are padded to. */
  readonly promptLengths: readonly number[];
  /** Most tokens of a response. */
  readonly maxNewTokens: number;
  /** Most tokens of a prompt and its response together; by default as many as the model has positions. */
  readonly maxLength?: number;
  /** Prompts that are answered together. */
  readonly batchSize: number;
  /** Search by beams in place of taking one token after another; nothing is sampled then. */
  readonly beams?: BeamSettings;
}

export interface GenerationOptions {
  readonly sampling: Sampling;
  /** What is done to the logits before a token is chosen, also where nothing is sampled. */
  readonly processing?: Processing;
  readonly seed: number | bigint;
  /** The number of the first prompt's row. A loop of rollouts counts on, so that no two of them draw the same numbers. */
  readonly firstRow?: number;
  /** Tokens that end a response; they do not belong to it. */
  readonly endIds: readonly number[];
  /** Whether to tell how likely each token was. */
  readonly logprobs?: boolean;
  /** Asked after each token; true ends the response there. */
  readonly shouldStop?: (ids: readonly number[]) => Promise<boolean>;
  /** Told of each token as it is taken; not of an end token. Row numbers begin at `firstRow`. Not called by beam search. */
  readonly onToken?: (row: number, id: number) => void | Promise<void>;
  readonly signal: AbortSignal;
  readonly onProgress?: (rowsDone: number, newTokens: number) => void;
}

/** Of a generation that is done once. */
export type GenerateOptions = GenerationOptions & Omit<GeneratorSize, 'promptLengths'>;

export interface Generation {
  readonly ids: readonly number[];
  /** `length`: it was cut off, by `maxNewTokens` or by the model's last position. */
  readonly end: 'end-token' | 'stop-string' | 'length';
  /** The token that ended it, of the `endIds`. */
  readonly endId?: number;
  /**
   * With `logprobs`, the log-probability in nats of each of `ids`, and after them of `endId`, where there is one: under
   * softmax(logits / temperature), before any other limit of the sampling and any processing.
   */
  readonly logprobs?: readonly number[];
  /** Of a beam: the sum of its processed log-probabilities, divided by its length to the power of the length penalty. */
  readonly score?: number;
}

/** A response in the making, or made. */
export interface Response {
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
  readonly end: Generation['end'];
  readonly endId: number | undefined;
  readonly score?: number;
}

export function generationOf({ ids, end, endId, logprobs, score }: Response, withLogprobs = false): Generation {
  return {
    ids,
    end,
    ...(endId === undefined ? {} : { endId }),
    ...(withLogprobs ? { logprobs } : {}),
    ...(score === undefined ? {} : { score }),
  };
}
