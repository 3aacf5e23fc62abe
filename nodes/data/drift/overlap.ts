/** What part of a dataset another one has, too. Pure. */
import { countNgrams } from '../../text-metrics/ngrams.js';

/** 0 of nothing. */
export function shareIn(items: readonly string[], known: ReadonlySet<string>): number {
  return items.length === 0 ? 0 : items.filter((item) => known.has(item)).length / items.length;
}

/** Of the different n-grams of words of the dataset, the part that the reference has. */
export function ngramCoverage(
  reference: readonly (readonly string[])[],
  dataset: readonly (readonly string[])[],
  n: number,
): number {
  const differentIn = (rows: readonly (readonly string[])[]) =>
    new Set(rows.flatMap((words) => [...countNgrams(words, n).keys()]));
  return shareIn([...differentIn(dataset)], differentIn(reference));
}
