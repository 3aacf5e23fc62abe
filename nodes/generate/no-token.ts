import { Failure } from '../../engine/failure.js';

/** Why there is no next token to take. `row` counts from 0. */
export function noToken(logits: Float32Array, row: number): Failure {
  if (logits.every((logit) => !(logit > Number.NEGATIVE_INFINITY))) {
    return new Failure('logits-not-finite', `The model gives no number for the next token of row ${row + 1}.`);
  }
  return new Failure(
    'no-token-allowed',
    `no_repeat_ngram_size and min_new_tokens leave no token for row ${row + 1} to go on with.`,
    'Lower min_new_tokens, or raise no_repeat_ngram_size.',
  );
}

/** Beam search found only `found` hypotheses. */
export function tooFew(row: number, found: number): Failure {
  return new Failure(
    'no-token-allowed',
    `no_repeat_ngram_size and min_new_tokens leave only ${found} hypotheses for row ${row + 1}.`,
    'Lower num_return_sequences or min_new_tokens, or raise no_repeat_ngram_size.',
  );
}
