/** From rows of texts with labels to token sequences with names of labels. */
import { Failure, Stopped } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import { type Row, readRows } from '../data/jsonl.js';
import { type ClassificationRow, findRowProblem } from '../data/row-types.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { withBos } from '../train/example.js';
import { overlongReasons } from '../train/overlong.js';
import { chunks, mismatch } from '../train/typed-rows.js';
import { labelsOf } from './labels.js';

export interface LabelledText {
  readonly row: Row;
  /** The row's number in its file, from 1. */
  readonly number: number;
  /** The tokens of the text: BOS in front where the tokenizer has one. */
  readonly sequence: readonly number[];
  /** By name; absent where the row is not labelled. */
  readonly labels: readonly string[] | undefined;
  /** Whether the row has a list of labels. */
  readonly several: boolean;
}

export interface ReadOptions {
  readonly maxLength: number;
  readonly overlong: 'error' | 'truncate' | 'drop';
  /** Whether rows of a `text` without a label are taken, too. */
  readonly unlabelled: boolean;
  readonly signal: AbortSignal;
  readonly count: (reason: string) => void;
}

/** Reads a whole dataset. Throws `Failure` where a row does not fit, and where none is left. */
export async function readLabelledTexts(
  dataset: Artifact,
  tokenizer: Tokenizer,
  options: ReadOptions,
): Promise<LabelledText[]> {
  const texts: LabelledText[] = [];
  for await (const rows of chunks(readRows(dataset.path(), 'the dataset'), 256)) {
    if (options.signal.aborted) throw new Stopped('Stopped while the dataset was being read.');
    for (const { row, number } of rows) assertFits(row, number, options);
    const encodings = await tokenizer.encodeBatch(rows.map(({ row }) => row.text as string));
    for (const [index, { row, number }] of rows.entries()) {
      const sequence = fitSequence(withBos(encodings[index]!.ids, tokenizer.bosId), number, options);
      const labels = isLabelled(row) ? labelsOf(row as unknown as ClassificationRow) : undefined;
      if (sequence) texts.push({ row, number, sequence, labels: labels?.labels, several: labels?.several ?? false });
    }
  }
  if (texts.length === 0) throw new Failure('dataset-empty', 'The dataset holds no text that can be read.');
  return texts;
}

function isLabelled(row: Row): boolean {
  return Object.hasOwn(row, 'label') || Object.hasOwn(row, 'labels');
}

function assertFits(row: Row, number: number, { unlabelled }: ReadOptions): void {
  const problem = findRowProblem(unlabelled && !isLabelled(row) ? 'text' : 'classification', row);
  if (problem) throw mismatch(number, problem);
}

function fitSequence(sequence: readonly number[], row: number, options: ReadOptions): readonly number[] | undefined {
  const { maxLength, overlong, count } = options;
  if (sequence.length === 0) return void count('dropped-text-without-tokens');
  if (sequence.length <= maxLength) return sequence;
  if (overlong === 'error') {
    throw new Failure(
      'row-over-max-length',
      `Row ${row} of the dataset has ${sequence.length} tokens, and max_length is ${maxLength}.`,
      'Set overlong to truncate or drop.',
    );
  }
  count(overlongReasons[overlong]);
  return overlong === 'drop' ? undefined : sequence.slice(0, maxLength);
}
