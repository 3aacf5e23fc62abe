/** From rows of `prompt`, `completion` and `label`, or of pairs taken apart, to single answers, each good or bad. */
import { Failure, Stopped } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import { readRows } from '../data/jsonl.js';
import { findRowProblem, type PreferenceRow, type UnpairedPreferenceRow } from '../data/row-types.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import type { Example } from '../train/example.js';
import { fitExample, overlongReasons } from '../train/overlong.js';
import { chunks, mismatch } from '../train/typed-rows.js';
import { exampleReader, nothingToLearn, type ReadOptions } from './pairs.js';

/** An answer, and whether it is a good one. Only the answer, and the EOS that ends it, is supervised. */
export interface Thumb {
  readonly answer: Example;
  readonly good: boolean;
}

/** Reads all answers of a dataset, tokenised as `train.supervised` does. Throws `Failure`, also where none is left. */
export async function readThumbs(dataset: Artifact, tokenizer: Tokenizer, options: ReadOptions): Promise<Thumb[]> {
  const { maxLength, overlong, signal, count } = options;
  const toExample = exampleReader(tokenizer);
  const thumbs: Thumb[] = [];
  for await (const rows of chunks(unpairedRows(dataset), 256)) {
    if (signal.aborted) throw new Stopped('Stopped while the dataset was being read.');
    const encodings = await tokenizer.encodeBatch(rows.map(({ prompt, completion }) => prompt + completion));
    for (const [index, row] of rows.entries()) {
      const whole = toExample(encodings[index]!, row);
      if (whole.merged) count('token-across-prompt-and-completion');
      const over = whole.ids.length > maxLength;
      const [answer] = fitExample(whole, maxLength, overlong, row.number);
      if (over && overlong === 'drop') count(overlongReasons.drop);
      else if (!answer) count('dropped-nothing-to-learn');
      else {
        if (over) count(overlongReasons.truncate);
        thumbs.push({ answer, good: row.label });
      }
    }
  }
  if (thumbs.length === 0) throw nothingToLearn();
  return thumbs;
}

/** Rows as they are, and of a pair its two answers: the chosen one is good, the rejected one bad. */
async function* unpairedRows(dataset: Artifact): AsyncGenerator<UnpairedPreferenceRow & { readonly number: number }> {
  for await (const { row, number } of readRows(dataset.path(), 'the dataset')) {
    const type = 'chosen' in row || 'rejected' in row ? 'preference' : 'unpaired_preference';
    const problem = findRowProblem(type, row);
    if (problem) throw mismatch(number, problem);
    if (type === 'unpaired_preference') {
      yield { ...(row as unknown as UnpairedPreferenceRow), number };
      continue;
    }
    const { prompt, chosen, rejected } = row as unknown as PreferenceRow;
    yield { prompt, completion: chosen, label: true, number };
    yield { prompt, completion: rejected, label: false, number };
  }
}

/** Throws `Failure` where z would be estimated from one row. */
export function assertSeveral(thumbs: readonly Thumb[]): void {
  if (thumbs.length > 1) return;
  throw new Failure(
    'one-answer',
    'There is one answer to learn from, and train.kto compares answers with those to other prompts.',
    'Give it more rows.',
  );
}
