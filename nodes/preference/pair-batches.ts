/** Batches of pairs: the chosen answers above, the rejected ones below. */
import { float32 } from '../tensor/host-tensor.js';
import { type Batch, type Batches, type BatchOptions, batchRows } from '../train/batches.js';
import { paddedLengths } from '../train/padded-lengths.js';
import type { Pair } from './pairs.js';
import { filled, sequenceBatch } from './sequence-batch.js';

/** A pair, and the log-probabilities of its answers under the reference, in nats, where there is one. */
export interface ScoredPair extends Pair {
  readonly reference?: { readonly chosen: number; readonly rejected: number };
}

export interface PairBatchOptions extends BatchOptions {
  readonly maxLength: number;
  readonly padId: number;
}

/**
 * Inputs: `ids`, `targets`, int32 `[2 · pairs, time]`; float32 `[pairs]` `reference.chosen` and `reference.rejected`, 0
 * without a reference. Counts pairs. `pairs` must not be empty.
 */
export function pairBatches(pairs: readonly ScoredPair[], options: PairBatchOptions): Batches {
  const sizes = pairs.map(({ chosen, rejected }) => Math.max(chosen.ids.length, rejected.ids.length));
  const lengths = paddedLengths(sizes, options.maxLength);
  return batchRows(pairs, sizes, lengths, options, (rows, length) => pairBatch(rows, length, options));
}

/** The pairs in their order as one batch of `batchSize`, padded to `length`. */
export function pairBatch(
  pairs: readonly ScoredPair[],
  length: number,
  { batchSize, padId }: Pick<PairBatchOptions, 'batchSize' | 'padId'>,
): Batch {
  const rows = filled(pairs, batchSize);
  const sequences = [...rows.map((pair) => pair?.chosen), ...rows.map((pair) => pair?.rejected)];
  const { ids, targets, tokens } = sequenceBatch(sequences, length, padId);
  const reference = (side: 'chosen' | 'rejected') =>
    float32(
      [batchSize],
      rows.map((pair) => pair?.reference?.[side] ?? 0),
    );
  return {
    inputs: {
      ids,
      targets,
      'reference.chosen': reference('chosen'),
      'reference.rejected': reference('rejected'),
    },
    tokens,
    count: pairs.length,
  };
}
