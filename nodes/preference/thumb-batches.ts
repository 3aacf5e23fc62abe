/** Batches of single answers, each with a prompt and a foreign answer beside it. */
import type { HostTensor } from '../tensor/device.js';
import { float32 } from '../tensor/host-tensor.js';
import { type Batch, type Batches, batchRows } from '../train/batches.js';
import type { Example } from '../train/example.js';
import { paddedLengths } from '../train/padded-lengths.js';
import type { PairBatchOptions } from './pair-batches.js';
import { filled, sequenceBatch } from './sequence-batch.js';
import type { Thumb } from './thumbs.js';

/** Also the log-probabilities of both answers under the reference, in nats. */
export interface ScoredThumb extends Thumb {
  readonly foreign: Example;
  readonly reference: { readonly answer: number; readonly foreign: number };
}

type Options = Omit<PairBatchOptions, 'whole'>;

/**
 * Inputs: `ids`, `targets`, `foreign.ids`, `foreign.targets`, int32 `[rows, time]`; float32 `[rows]` `good` (1 or 0),
 * `reference.answer`, `reference.foreign`. Counts rows. `thumbs` must not be empty.
 */
export function thumbBatches(thumbs: readonly ScoredThumb[], options: Options): Batches {
  const sizes = thumbs.map(({ answer, foreign }) => Math.max(answer.ids.length, foreign.ids.length));
  const lengths = paddedLengths(sizes, options.maxLength);
  return batchRows(thumbs, sizes, lengths, options, (rows, length) => thumbBatch(rows, length, options));
}

/** The answers in their order as one batch of `batchSize`, padded to `length`. */
export function thumbBatch(
  thumbs: readonly ScoredThumb[],
  length: number,
  { batchSize, padId }: Pick<Options, 'batchSize' | 'padId'>,
): Batch {
  const rows = filled(thumbs, batchSize);
  const numbers = (of: (thumb: ScoredThumb) => number): HostTensor =>
    float32(
      [batchSize],
      rows.map((thumb) => (thumb ? of(thumb) : 0)),
    );
  const answers = sequenceBatch(
    rows.map((thumb) => thumb?.answer),
    length,
    padId,
  );
  const foreign = sequenceBatch(
    rows.map((thumb) => thumb?.foreign),
    length,
    padId,
  );
  return {
    inputs: {
      ids: answers.ids,
      targets: answers.targets,
      'foreign.ids': foreign.ids,
      'foreign.targets': foreign.targets,
      good: numbers(({ good }) => (good ? 1 : 0)),
      'reference.answer': numbers(({ reference }) => reference.answer),
      'reference.foreign': numbers(({ reference }) => reference.foreign),
    },
    tokens: answers.tokens,
    count: thumbs.length,
  };
}
