/** Parts of the rows, by the value of a field or by length, and how well each does beside the rest. Pure. */
import { type BootstrapOptions, bootstrapInterval, type Interval, quantile } from '../../statistics/bootstrap.js';

export interface Slice {
  /** What the rows were parted by. */
  readonly by: string;
  readonly name: string;
  /** Indices of rows. */
  readonly rows: readonly number[];
}

export interface ScoredSlice extends Slice {
  readonly score: number;
  readonly interval: Interval | undefined;
  /** Of the mean of its rows from that of all others; absent where there are no others. */
  readonly difference: { readonly value: number; readonly interval: Interval | undefined } | undefined;
}

const mostValues = 20;

/** Values of fewer than `minRows` rows are put together, and those beyond the 20 most frequent. */
export function slicesByValue(by: string, values: readonly unknown[], minRows: number): Slice[] {
  const groups = new Map<string, number[]>();
  for (const [index, value] of values.entries()) {
    const names = Array.isArray(value) && value.length > 0 ? [...new Set(value.map(nameOf))] : [nameOf(value)];
    for (const name of names) groups.set(name, [...(groups.get(name) ?? []), index]);
  }
  const ordered = [...groups].sort(([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1));
  const kept = ordered.filter(([, rows], rank) => rows.length >= minRows && rank < mostValues);
  const others = [...new Set(ordered.slice(kept.length).flatMap(([, rows]) => rows))];
  const slices = kept.map(([name, rows]) => ({ by, name, rows }));
  return others.length === 0
    ? slices
    : [...slices, { by, name: `${ordered.length - kept.length} others`, rows: others }];
}

function nameOf(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

/** Up to `bins` slices of like many rows; equal lengths stay together. Rows whose length is `undefined` are in none. */
export function slicesByLength(by: string, lengths: readonly (number | undefined)[], bins: number): Slice[] {
  const known = lengths.filter((length) => length !== undefined);
  const sorted = Float64Array.from(known).sort();
  if (sorted.length === 0 || bins < 2) return [];
  const inner = Array.from({ length: bins - 1 }, (_, index) => quantile(sorted, (index + 1) / bins));
  const bounds = [...new Set([...inner, sorted.at(-1)!])];
  return bounds.flatMap((bound, index) => {
    const below = index === 0 ? Number.NEGATIVE_INFINITY : bounds[index - 1]!;
    const rows = [...lengths.keys()].filter(
      (row) => lengths[row] !== undefined && lengths[row]! > below && lengths[row]! <= bound,
    );
    if (rows.length === 0) return [];
    const own = rows.map((row) => lengths[row]!);
    const [least, most] = [Math.min(...own), Math.max(...own)];
    return [{ by, name: least === most ? `${least} words` : `${least}–${most} words`, rows }];
  });
}

/** The lowest first. No intervals where `resamples` is 0. */
export function scoreSlices(
  slices: readonly Slice[],
  scores: readonly number[],
  options: BootstrapOptions,
): ScoredSlice[] {
  const ratio = ([sum, count]: readonly number[]) => sum! / count!;
  return slices
    .map((slice): ScoredSlice => {
      const isIn = new Set(slice.rows);
      // Sums and counts within the slice, then outside of it: what is drawn again are rows, and so also how many are within.
      const sums = scores.map((score, row) => (isIn.has(row) ? [score, 1, 0, 0] : [0, 0, score, 1]));
      const own = slice.rows.map((row) => [scores[row]!, 1]);
      const apart = ([a, m, b, n]: readonly number[]) => a! / m! - b! / n!;
      const total = sums.reduce((all, one) => all.map((value, at) => value + one[at]!), [0, 0, 0, 0]);
      const interval = (rows: readonly (readonly number[])[], score: typeof apart) =>
        options.resamples === 0 ? undefined : bootstrapInterval(rows, score, options);
      return {
        ...slice,
        score: total[0]! / total[1]!,
        interval: interval(own, ratio),
        difference: total[3] === 0 ? undefined : { value: apart(total), interval: interval(sums, apart) },
      };
    })
    .sort((a, b) => a.score - b.score || (a.by + a.name < b.by + b.name ? -1 : 1));
}
