import { Failure } from '../../engine/failure.js';
import { countSupervised, type Example } from './example.js';

/** What becomes of an example of more than the most tokens. */
export type Overlong = 'error' | 'truncate' | 'drop' | 'split';

/** The reason that is counted for an example that does not fit. */
export const overlongReasons = {
  truncate: 'cut-at-max-length',
  drop: 'dropped-over-max-length',
  split: 'split-at-max-length',
} as const;

/**
 * The examples of at most `maxLength` tokens that are made of one. Pieces without a supervised token are left out, so the
 * result may be empty. Throws `Failure` `row-over-max-length` for `error`; `row` counts from 1.
 */
export function fitExample(example: Example, maxLength: number, overlong: Overlong, row: number): Example[] {
  const { length } = example.ids;
  if (length <= maxLength) return isSupervised(example) ? [example] : [];
  switch (overlong) {
    case 'error':
      throw new Failure(
        'row-over-max-length',
        `Row ${row} of the dataset has ${length} tokens, and max_length is ${maxLength}.`,
        'Set overlong to truncate, drop or split.',
      );
    case 'drop':
      return [];
    case 'truncate':
      return [slice(example, 0, maxLength)].filter(isSupervised);
    case 'split': {
      const starts = Array.from({ length: Math.ceil(length / maxLength) }, (_, piece) => piece * maxLength);
      return starts.map((start) => slice(example, start, start + maxLength)).filter(isSupervised);
    }
  }
}

function slice({ ids, targets }: Example, start: number, end: number): Example {
  return { ids: ids.slice(start, end), targets: targets.slice(start, end) };
}

function isSupervised({ targets }: Example): boolean {
  return countSupervised(targets) > 0;
}
