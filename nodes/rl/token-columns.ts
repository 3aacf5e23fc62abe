/** Applies a change to the tokens of all responses together, and gives them back response by response. */
export function acrossResponses(
  columns: readonly Float64Array[],
  change: (all: Float64Array) => Float64Array,
): Float64Array[] {
  const all = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  const starts: number[] = [];
  let end = 0;
  for (const column of columns) {
    starts.push(end);
    all.set(column, end);
    end += column.length;
  }
  const changed = change(all);
  return columns.map(({ length }, index) => changed.slice(starts[index]!, starts[index]! + length));
}
