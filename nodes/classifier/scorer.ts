/** Scores of token sequences, from a model with a head that stays as it is. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Stopped } from '../../engine/failure.js';
import type { Classifier } from '../model/classifier-directory.js';
import { headWeight, sequenceScores } from '../nn/sequence-head.js';
import type { Device, HostTensor } from '../tensor/device.js';
import { int32 } from '../tensor/host-tensor.js';

export interface Scorer {
  /**
   * The head's outputs for each sequence, one a label, in the order of the sequences. None of these is empty or longer than
   * the model has positions. Calls must not overlap. Throws `Stopped` at the signal.
   */
  scores(sequences: readonly (readonly number[])[], options?: ScoreOptions): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

export interface ScoreOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/** Puts a model on a device. What follows is compiled for few shapes, and for these once. */
export function createScorer(device: Device, model: Classifier, batchSize: number): Scorer {
  const { head, config } = model;
  const width = head.labels.length;
  const state = device.createState({ ...model.parameters, [headWeight]: model.headWeight });
  const program = device.program('scores of sequences', (parameters, { ids, lengths }) => ({
    outputs: { scores: sequenceScores(config, parameters, { ids: ids!, lengths: lengths! }, head.pooling) },
  }));
  return {
    async scores(sequences, { signal, onProgress } = {}) {
      const all = new Array<Float32Array>(sequences.length);
      // Sequences of like length are computed together.
      const order = [...sequences.keys()].sort((a, b) => sequences[b]!.length - sequences[a]!.length || a - b);
      for (let start = 0; start < order.length; start += batchSize) {
        await nextTurn();
        if (signal?.aborted) throw new Stopped('Stopped while sequences were being scored.');
        const indices = order.slice(start, start + batchSize);
        const batch = indices.map((index) => sequences[index]!);
        const { scores } = await program.run(state, paddedBatch(batch, batchSize, config.maxPositions));
        for (const [row, index] of indices.entries()) {
          all[index] = (scores!.data as Float32Array).slice(row * width, (row + 1) * width);
        }
        onProgress?.(start + indices.length);
      }
      return all;
    },
    async dispose() {
      await program.dispose();
      state.dispose();
    },
  };
}

/** `ids` int32 `[rows, time]`, padded on the right, and `lengths` int32 `[rows]`; rows beyond the sequences are empty. */
export function paddedBatch(
  sequences: readonly (readonly number[])[],
  rows: number,
  maxLength: number,
): Readonly<Record<'ids' | 'lengths', HostTensor>> {
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 1);
  if (longest > maxLength) throw new Error(`A sequence has ${longest} tokens, and at most ${maxLength} can be read.`);
  const time = Math.min(maxLength, roundedLength(longest));
  // Padding is never read, so that any token will do.
  const ids = new Int32Array(rows * time);
  for (const [row, sequence] of sequences.entries()) ids.set(sequence, row * time);
  const lengths = Array.from({ length: rows }, (_, row) => sequences[row]?.length ?? 0);
  return { ids: int32([rows, time], ids), lengths: int32([rows], lengths) };
}

/** Rounded up to one of four lengths an octave, so that few shapes are met and at most a quarter of a row is padding. */
export function roundedLength(length: number): number {
  const step = Math.max(8, 2 ** (Math.ceil(Math.log2(length)) - 3));
  return Math.ceil(length / step) * step;
}
