/** Batches of texts with their labels. */
import { ignoredLabel } from '../loss/cross-entropy.js';
import type { HostTensors } from '../tensor/device.js';
import { float32, int32 } from '../tensor/host-tensor.js';
import { type Batch, type Batches, type BatchOptions, batchRows } from '../train/batches.js';
import { paddedLengths } from '../train/padded-lengths.js';

export interface LabelledSequence {
  readonly sequence: readonly number[];
  /** Indices of the labels that hold. */
  readonly labels: readonly number[];
}

export interface LabelBatchOptions extends BatchOptions {
  readonly maxLength: number;
  readonly padId: number;
  /** One a label. Where one label holds, a text weighs as its label does. */
  readonly weights: readonly number[];
  /** Whether any number of labels may hold. */
  readonly several: boolean;
}

/** As `labelBatch`. `texts` must not be empty. */
export function labelBatches(texts: readonly LabelledSequence[], options: LabelBatchOptions): Batches {
  const sizes = texts.map(({ sequence }) => sequence.length);
  const lengths = paddedLengths(sizes, options.maxLength);
  return batchRows(texts, sizes, lengths, options, (rows, length) => labelBatch(rows, length, options));
}

/**
 * Inputs: `ids` int32 `[rows, length]`, `lengths` int32 `[rows]`, `weight` float32 `[rows]`, 0 for a row that only fills the
 * batch; `labels` int32 `[rows]`, −100 there, or where several may hold float32 `[rows, labels]` of 0 and 1. Counts the
 * weights.
 */
export function labelBatch(texts: readonly LabelledSequence[], length: number, options: LabelBatchOptions): Batch {
  const { batchSize, padId, weights, several } = options;
  const ids = new Int32Array(batchSize * length).fill(padId);
  for (const [row, { sequence }] of texts.entries()) ids.set(sequence, row * length);
  const weight = texts.map(({ labels }) => (several ? 1 : weights[labels[0]!]!));
  const filled = (values: readonly number[]) => Array.from({ length: batchSize }, (_, row) => values[row] ?? 0);
  return {
    inputs: {
      ids: int32([batchSize, length], ids),
      lengths: int32([batchSize], filled(texts.map(({ sequence }) => sequence.length))),
      weight: float32([batchSize], filled(weight)),
      ...(several ? manyLabels(texts, options) : oneLabel(texts, options)),
    },
    tokens: texts.reduce((sum, { sequence }) => sum + sequence.length, 0),
    count: weight.reduce((sum, value) => sum + value, 0),
  };
}

function oneLabel(texts: readonly LabelledSequence[], { batchSize }: LabelBatchOptions): HostTensors {
  const labels = Array.from({ length: batchSize }, (_, row) => texts[row]?.labels[0] ?? ignoredLabel);
  return { labels: int32([batchSize], labels) };
}

function manyLabels(texts: readonly LabelledSequence[], { batchSize, weights }: LabelBatchOptions): HostTensors {
  const labels = new Float32Array(batchSize * weights.length);
  for (const [row, text] of texts.entries()) for (const label of text.labels) labels[row * weights.length + label] = 1;
  return { labels: float32([batchSize, weights.length], labels) };
}
