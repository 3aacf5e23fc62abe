/** From rows of `prompt`, `chosen` and `rejected` to pairs of token sequences. */
import { Failure, Stopped } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import type { PreferenceRow } from '../data/row-types.js';
import type { Encoding, Tokenizer } from '../tokenizer/tokenizer.js';
import { type CompletionExample, completionExample, type Example } from '../train/example.js';
import { fitExample, overlongReasons } from '../train/overlong.js';
import { noEosToken } from '../train/self-supervised.js';
import { chunks, numberedRows } from '../train/typed-rows.js';

/** Two answers to one prompt. Only the answers, and the EOS that ends each, are supervised. */
export interface Pair {
  readonly chosen: Example;
  readonly rejected: Example;
}

export interface ReadOptions {
  readonly maxLength: number;
  readonly overlong: 'error' | 'truncate' | 'drop';
  readonly signal: AbortSignal;
  readonly count: (reason: string) => void;
}

/** Reads all pairs of a dataset, tokenised as `train.supervised` does. Throws `Failure`, also where none is left. */
export async function readPairs(dataset: Artifact, tokenizer: Tokenizer, options: ReadOptions): Promise<Pair[]> {
  const toExample = exampleReader(tokenizer);
  const pairs: Pair[] = [];
  for await (const rows of chunks(numberedRows(dataset, 'preference'), 256)) {
    if (options.signal.aborted) throw new Stopped('Stopped while the dataset was being read.');
    const texts = rows.flatMap(({ row }) => [row.prompt + row.chosen, row.prompt + row.rejected]);
    const encodings = await tokenizer.encodeBatch(texts);
    for (const [index, { row, number }] of rows.entries()) {
      const whole = {
        chosen: toExample(encodings[2 * index]!, row),
        rejected: toExample(encodings[2 * index + 1]!, row),
      };
      if (whole.chosen.merged || whole.rejected.merged) options.count('token-across-prompt-and-completion');
      const pair = fitPair(whole, number, options);
      if (pair) pairs.push(pair);
    }
  }
  if (pairs.length === 0) throw nothingToLearn();
  return pairs;
}

export type ExampleReader = (encoding: Encoding, row: Pick<PreferenceRow, 'prompt'>) => CompletionExample;

/** Reads a prompt with an answer, from the tokens of both together. Throws `Failure` where there is no EOS. */
export function exampleReader({ bosId, eosId }: Tokenizer): ExampleReader {
  if (eosId === undefined) throw noEosToken();
  const options = { bosId, eosId, maxLength: Number.POSITIVE_INFINITY, completionOnly: true };
  return (encoding, { prompt }) => completionExample(encoding, prompt.length, options);
}

/** The pair, cut where need be; `undefined` where it is left out, which is then counted. */
function fitPair({ chosen, rejected }: Pair, row: number, options: ReadOptions): Pair | undefined {
  const { maxLength, overlong, count } = options;
  const drop = (reason: string): undefined => void count(reason);
  const over = Math.max(chosen.ids.length, rejected.ids.length) > maxLength;
  const [[fitChosen], [fitRejected]] = [chosen, rejected].map((one) => fitExample(one, maxLength, overlong, row)) as [
    Example[],
    Example[],
  ];
  if (over && overlong === 'drop') return drop(overlongReasons.drop);
  if (!fitChosen || !fitRejected) return drop('dropped-nothing-to-learn');
  // Their log-ratio is 0 whatever the model: a pair like this teaches nothing.
  if (isSame(fitChosen, fitRejected)) return drop('dropped-chosen-equals-rejected');
  if (over) count(overlongReasons.truncate);
  return { chosen: fitChosen, rejected: fitRejected };
}

function isSame(a: Example, b: Example): boolean {
  const same = (x: readonly number[], y: readonly number[]) =>
    x.length === y.length && x.every((value, index) => value === y[index]);
  return same(a.ids, b.ids) && same(a.targets, b.targets);
}

export function nothingToLearn(): Failure {
  return new Failure(
    'no-preferences',
    'No row of the dataset is left to learn from.',
    'It is empty, or max_length cuts every answer away, or the two answers of each row are the same.',
  );
}
