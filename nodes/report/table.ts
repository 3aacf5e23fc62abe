/** Tables of numbers, as text for a terminal and as Markdown. */

export interface Table {
  /** The first column holds names, the others numbers. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Columns of even width, names to the left, numbers to the right. */
export function toPlainText(table: Table): string {
  const widths = widthsOf(table);
  return [table.header, ...table.rows].map((cells) => alignCells(cells, widths).join('  ').trimEnd()).join('\n');
}

export function toMarkdown({ header, rows }: Table): string {
  const escaped = { header: header.map(escapeCell), rows: rows.map((cells) => cells.map(escapeCell)) };
  const widths = widthsOf(escaped).map((width) => Math.max(3, width));
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const lines = [alignCells(escaped.header, widths), rule, ...escaped.rows.map((cells) => alignCells(cells, widths))];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function widthsOf({ header, rows }: Table): number[] {
  return header.map((title, column) => Math.max(title.length, ...rows.map((cells) => cells[column]!.length)));
}

function alignCells(cells: readonly string[], widths: readonly number[]): string[] {
  return cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)));
}

function escapeCell(cell: string): string {
  return cell.replaceAll('|', '\\|');
}

/** Whole numbers as they are, others to four significant digits: `0.6304`, `12.35`, `1204.5`, `1.2e-7`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return String(value);
  if (size >= 1e15 || size < 1e-4) return value.toExponential(1);
  if (size >= 1000) return value.toFixed(1);
  return value.toPrecision(4);
}

/** As `formatNumber`, with a sign unless it is zero. */
export function formatDifference(value: number): string {
  return value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
}
