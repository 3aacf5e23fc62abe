/** From losses of tokens to the loss of a batch of responses: where GRPO and its successors differ. */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';

export const tokenAggregations = ['grpo', 'bnpo', 'dr_grpo', 'dapo'] as const;

/**
 * `grpo` (Shao et al. 2024): the mean of the responses' means. `bnpo`: the mean over the tokens of each batch.
 * `dr_grpo` (Liu et al. 2025): the sum over the batch's responses × the most tokens of one, a constant. `dapo` (Yu et al.
 * 2025): the mean over all tokens of the update.
 */
export type TokenAggregation = (typeof tokenAggregations)[number];

/**
 * The sum that, divided by `aggregationCount`, is the loss; both add up over the batches of an update. `losses` and `mask`
 * float32 `[rows, time]`, the mask 1 for tokens that count.
 */
export function aggregateTokens(type: TokenAggregation, losses: Tensor, mask: Tensor): Tensor {
  const kept = tf.mul(losses, mask);
  switch (type) {
    case 'grpo':
      return tf.sum(tf.div(tf.sum(kept, 1), tf.maximum(tf.sum(mask, 1), 1)));
    case 'bnpo':
      return tf.div(tf.sum(kept), tf.maximum(tf.sum(mask), 1));
    case 'dr_grpo':
    case 'dapo':
      return tf.sum(kept);
  }
}

/** What a batch of `rows` responses with so many `tokens` that count adds to the divisor. */
export function aggregationCount(
  type: TokenAggregation,
  { rows, tokens, maxLength }: { readonly rows: number; readonly tokens: number; readonly maxLength: number },
): number {
  switch (type) {
    case 'grpo':
      return rows;
    case 'bnpo':
      return 1;
    case 'dr_grpo':
      return rows * maxLength;
    case 'dapo':
      return tokens;
  }
}
