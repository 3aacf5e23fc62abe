/** Batches of pairs: the chosen answers above, the rejected ones below. */
import { float32 } from '../tensor/host-tensor.js';
import { type Batch, type Batches, type BatchOptions, batchRows } from '../train/batches.js';
import type { Example } from '../train/example.js';
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
  /** Whether the batches hold `whole` too. */
  readonly whole?: boolean;
}

/**
 * Inputs: `ids`, `targets`, int32 `[2 · pairs, time]`; float32 `[pairs]` `reference.chosen` and `reference.rejected`, 0
 * without a reference. `whole`, int32 `[2 · pairs, time]`, asks for what `targets` asks for, and for the prompts' tokens.
 * Counts pairs. `pairs` must not be empty.
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
  { batchSize, padId, whole }: Pick<PairBatchOptions, 'batchSize' | 'padId' | 'whole'>,
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
      ...(whole ? { whole: sequenceBatch(sequences.map(withPrompt), length, padId).targets } : {}),
      'reference.chosen': reference('chosen'),
      'reference.rejected': reference('rejected'),
    },
    tokens,
    count: pairs.length,
  };
}

/** The prompt's tokens, but for the first, are asked for too. */
function withPrompt(example: Example | undefined): Example | undefined {
  if (!example) return undefined;
  const { ids, targets } = example;
  return { ids, targets: targets.map((target, at) => ids[at + 1] ?? target) };
}
