/** A few examples as aligned columns, for a person to read. */

const shownRows = 8;
const shownWidth = 40;

/** The first rows; each column as wide as its longest cell, up to 40 characters. Empty for no rows. */
export function sampleTable(samples: readonly Readonly<Record<string, string | number>>[]): string {
  const rows = samples.slice(0, shownRows);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => shown(row[column])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => [...line[index]!].length)));
  return cells
    .map((line) =>
      line
        .map((cell, index) => pad(cell, widths[index]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function shown(value: string | number | undefined): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(2);
  const text = [...(value ?? '').trim().replace(/\s+/g, ' ')];
  return text.length <= shownWidth ? text.join('') : `${text.slice(0, shownWidth - 1).join('')}…`;
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(width - [...cell].length);
}
