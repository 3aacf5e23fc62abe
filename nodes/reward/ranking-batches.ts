/** Batches of prompts with all their responses, so that these are computed once however often they are compared. */
import { float32, int32 } from '../tensor/host-tensor.js';
import { type Batch, type Batches, type BatchOptions, batchRows } from '../train/batches.js';
import { paddedLengths } from '../train/padded-lengths.js';
import type { RankedPrompt } from './ranked-prompts.js';

export interface RankingBatchOptions extends BatchOptions {
  readonly maxLength: number;
  readonly padId: number;
}

/** As `rankingBatch`. A batch counts prompts. `prompts` must not be empty. */
export function rankingBatches(prompts: readonly RankedPrompt[], options: RankingBatchOptions): Batches {
  const sizes = prompts.map(({ sequences }) => Math.max(...sequences.map(({ length }) => length)));
  const lengths = paddedLengths(sizes, options.maxLength);
  const comparisons = Math.max(...prompts.map((prompt) => prompt.comparisons.length));
  const places = comparisons * options.batchSize;
  return batchRows(prompts, sizes, lengths, options, (rows, length) => rankingBatch(rows, length, places, options));
}

/**
 * The prompts as one batch, padded to `length` tokens and to `places` comparisons. Inputs: `ids` int32
 * `[sequences, length]` and `lengths` int32 `[sequences]`, where there are as many sequences as `batchSize` prompts of the
 * mean K of these would have; `better` and `worse` int32 `[places]`, which name sequences; `margin` and `weight` float32
 * `[places]`; `prompts`, a float32 scalar. The weights of a prompt's comparisons sum up to 1.
 */
export function rankingBatch(
  prompts: readonly RankedPrompt[],
  length: number,
  places: number,
  { batchSize, padId }: Pick<RankingBatchOptions, 'batchSize' | 'padId'>,
): Batch {
  const sequences = prompts.flatMap((prompt) => prompt.sequences);
  const rows = batchSize * Math.ceil(sequences.length / prompts.length);
  const ids = new Int32Array(rows * length).fill(padId);
  for (const [row, sequence] of sequences.entries()) ids.set(sequence, row * length);
  const compared = comparedSequences(prompts, places);
  return {
    inputs: {
      ids: int32([rows, length], ids),
      lengths: int32(
        [rows],
        Array.from({ length: rows }, (_, row) => sequences[row]?.length ?? 0),
      ),
      better: int32([places], compared.better),
      worse: int32([places], compared.worse),
      margin: float32([places], compared.margin),
      weight: float32([places], compared.weight),
      prompts: float32([], [prompts.length]),
    },
    tokens: sequences.reduce((sum, sequence) => sum + sequence.length, 0),
    count: prompts.length,
  };
}

/** Places that are left over compare the first sequence with itself, and weigh nothing. */
function comparedSequences(prompts: readonly RankedPrompt[], places: number) {
  const better = new Int32Array(places);
  const worse = new Int32Array(places);
  const margin = new Float32Array(places);
  const weight = new Float32Array(places);
  let place = 0;
  let first = 0;
  for (const { sequences, comparisons } of prompts) {
    for (const comparison of comparisons) {
      better[place] = first + comparison.better;
      worse[place] = first + comparison.worse;
      margin[place] = comparison.margin;
      weight[place++] = 1 / comparisons.length;
    }
    first += sequences.length;
  }
  return { better, worse, margin, weight };
}
