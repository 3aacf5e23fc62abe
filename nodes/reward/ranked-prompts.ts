/** From rows of preferences or of rankings to token sequences, and to what is known of them. */
import { Failure, Stopped } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import { type Row, readRows } from '../data/jsonl.js';
import { findRowProblem, type PreferenceRow, type RankingRow } from '../data/row-types.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { overlongReasons } from '../train/overlong.js';
import { chunks, mismatch } from '../train/typed-rows.js';
import { type Comparison, comparisonsOf } from './comparisons.js';
import { type Overlong, rewardSequences } from './sequences.js';

/** A prompt with K responses. */
export interface RankedPrompt {
  /** The tokens of the prompt with each response. */
  readonly sequences: readonly (readonly number[])[];
  /** At least one. */
  readonly comparisons: readonly Comparison[];
}

export interface ReadOptions {
  readonly maxLength: number;
  readonly overlong: Overlong;
  readonly signal: AbortSignal;
  readonly count: (reason: string) => void;
}

/** What a row compares. A preference is a ranking of two. */
export interface RankedRow {
  readonly prompt: string;
  readonly responses: readonly string[];
  readonly comparisons: readonly Comparison[];
}

/** Throws `Failure` with the row's number where it is neither a preference nor a ranking. */
export function rankedRow(row: Row, number: number): RankedRow {
  const type = 'responses' in row ? 'ranking' : 'preference';
  const problem = findRowProblem(type, row);
  if (problem) throw mismatch(number, problem);
  if (type === 'ranking') {
    const ranking = row as unknown as RankingRow;
    return { prompt: ranking.prompt, responses: ranking.responses, comparisons: comparisonsOf(ranking) };
  }
  const { prompt, chosen, rejected, margin } = row as unknown as PreferenceRow;
  const comparison = { better: 0, worse: 1, distance: 1, margin: margin ?? 0 };
  return { prompt, responses: [chosen, rejected], comparisons: [comparison] };
}

/** Reads a whole dataset. Throws `Failure` `no-preferences` where nothing is left to compare. */
export async function readRankedPrompts(
  dataset: Artifact,
  tokenizer: Tokenizer,
  options: ReadOptions,
): Promise<RankedPrompt[]> {
  const prompts: RankedPrompt[] = [];
  for await (const rows of chunks(readRows(dataset.path(), 'the dataset'), 256)) {
    if (options.signal.aborted) throw new Stopped('Stopped while the dataset was being read.');
    const ranked = rows.map(({ row, number }) => rankedRow(row, number));
    const sequences = await rewardSequences(ranked, tokenizer);
    for (const [index, { comparisons }] of ranked.entries()) {
      const fitted = fitRow({ sequences: sequences[index]!, comparisons }, rows[index]!.number, options);
      if (fitted) prompts.push(fitted);
    }
  }
  if (prompts.length === 0) throw nothingToCompare();
  return prompts;
}

/** The prompt with its responses, cut where need be; `undefined` where it is left out, which is then counted. */
function fitRow({ sequences, comparisons }: RankedPrompt, row: number, options: ReadOptions): RankedPrompt | undefined {
  const { maxLength, overlong, count } = options;
  const drop = (reason: string): undefined => void count(reason);
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  const over = longest > maxLength;
  if (over && overlong === 'error') throw tooLong(row, longest, maxLength);
  if (over && overlong === 'drop') return drop(overlongReasons.drop);
  if (comparisons.length === 0) return drop('dropped-all-responses-tied');
  const fitted = sequences.map((sequence) => sequence.slice(0, maxLength));
  const names = fitted.map((sequence) => sequence.join());
  // The rewards of equal sequences are equal whatever the model: a comparison of them teaches nothing.
  const telling = comparisons.filter(({ better, worse }) => names[better] !== names[worse]);
  if (telling.length === 0) return drop('dropped-responses-are-equal');
  for (let left = telling.length; left < comparisons.length; left++) count('dropped-comparison-of-equal-responses');
  if (over) count(overlongReasons.truncate);
  return { sequences: fitted, comparisons: telling };
}

function tooLong(row: number, length: number, maxLength: number): Failure {
  return new Failure(
    'row-over-max-length',
    `Row ${row} of the dataset has ${length} tokens with one of its responses, and max_length is ${maxLength}.`,
    'Set overlong to truncate or drop.',
  );
}

function nothingToCompare(): Failure {
  return new Failure(
    'no-preferences',
    'No row of the dataset is left to compare responses by.',
    'It is empty, or max_length is too short, or the responses of each row are equal or all tied.',
  );
}
