/**
 * A metric of texts against references, in two halves: numbers of each text that add up over a dataset, and the score
 * of the sums. So a corpus, one text, and every resample of a bootstrap are scored by the same function, and texts are
 * read once.
 */
export interface TextMetric {
  /** Of one text; always of the same length. `references` has one element or more. */
  statistics(text: string, references: readonly string[]): readonly number[];
  /** Of the element-wise sums over one text or more. */
  score(sums: readonly number[]): number;
  /** Of one text alone, where that is not `score`. */
  scoreOne?(statistics: readonly number[]): number;
  readonly better: 'higher' | 'lower';
  /** How the score was computed, in the notation of sacreBLEU, for metrics that come in many variants. */
  readonly signature?: string;
}

/** A metric that is the mean of what each text scores. */
export function meanMetric(scoreOf: (text: string, references: readonly string[]) => number): TextMetric {
  return {
    statistics: (text, references) => [scoreOf(text, references), 1],
    score: ([sum, count]) => sum! / count!,
    better: 'higher',
  };
}

/** A score against the reference that it is highest for. */
export function bestOf(
  scoreOf: (text: string, reference: string) => number,
): (text: string, references: readonly string[]) => number {
  return (text, references) => Math.max(...references.map((reference) => scoreOf(text, reference)));
}

/** Element-wise; `rows` must not be empty. */
export function sumOfRows(rows: readonly (readonly number[])[]): number[] {
  const sums = new Array<number>(rows[0]!.length).fill(0);
  for (const row of rows) for (const [index, value] of row.entries()) sums[index]! += value;
  return sums;
}
