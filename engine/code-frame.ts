/** Draws diagnostics for people: where, the lines in question, what to do. Pure: text in, text out. */
import picocolors from 'picocolors';
import type { Diagnostic, Location } from './diagnostic.js';

export interface FrameOptions {
  readonly color: boolean;
  /** Turns a file's path into what is shown; by default the path itself. */
  readonly showFile?: (file: string) => string;
}

/** Lines shown before the one in question. */
const contextLines = 2;
/** Columns of a line that are shown; a wider line is cut around the place in question. */
const maximumWidth = 100;
const tabWidth = 2;

/** 1-based; columns count UTF-16 units. An offset beyond the end is the end. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const at = Math.min(offset, text.length);
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', start)) {
    line++;
    start = next + 1;
  }
  return { line, column: at - start + 1 };
}

/** `textOf` gives the text of a file, or `undefined` where there is none to draw. No line end at the end. */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  textOf: (file: string) => string | undefined,
  options: FrameOptions,
): string {
  const colors = picocolors.createColors(options.color);
  const severity = diagnostic.severity === 'error' ? colors.red : colors.yellow;
  const draw = (location: Location, mark: (text: string) => string, context: number): string[] => {
    const shown = options.showFile?.(location.file) ?? location.file;
    const text = textOf(location.file);
    if (text === undefined) return [`  ${colors.dim('-->')} ${shown}`];
    const { line, column } = positionOf(text, location.start);
    const head = `  ${colors.dim('-->')} ${shown}:${line}:${column}`;
    return [head, ...frame(text, location, line, context, mark, colors.dim)];
  };
  const lines = [
    `${severity(colors.bold(`${diagnostic.severity}[${diagnostic.code}]`))}: ${colors.bold(diagnostic.message)}`,
  ];
  if (diagnostic.location) lines.push(...draw(diagnostic.location, severity, contextLines));
  for (const { message, location } of diagnostic.related ?? []) {
    lines.push(`  ${colors.cyan('note')}: ${message}`, ...draw(location, colors.cyan, 0));
  }
  if (diagnostic.hint !== undefined) lines.push(`  ${colors.green('hint')}: ${diagnostic.hint}`);
  return lines.join('\n');
}

/** `3 errors, 1 warning`; empty where there is nothing. */
export function summarise(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity']): string[] => {
    const number = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return number === 0 ? [] : [`${number} ${severity}${number === 1 ? '' : 's'}`];
  };
  return [...count('error'), ...count('warning')].join(', ');
}

type Paint = (text: string) => string;

/** The line of `location` with those before it, and carets below. A range over several lines is drawn on its first. */
function frame(text: string, location: Location, line: number, context: number, mark: Paint, dim: Paint): string[] {
  const end = positionOf(text, location.start).column - 1;
  const lineStart = Math.min(location.start, text.length) - end;
  const current = lineAt(text, lineStart);
  const from = Math.min(end, current.length);
  const to = Math.max(from, Math.min(location.end - lineStart, current.trimEnd().length));
  const gutter = String(line).length;
  const row = (number: string, content: string): string =>
    `${dim(`${number.padStart(gutter)} |`)}${content === '' ? '' : ` ${content}`}`;

  const { start, width } = visible(current, from, to);
  const cut = (source: string): string => {
    const expanded = expand(source);
    const part = expanded.slice(start, start + width);
    const before = start > 0 && part !== '' ? '…' : '';
    return `${before}${part}${expanded.length > start + width ? '…' : ''}`.trimEnd();
  };
  const rows = precedingLines(text, lineStart, context).map(({ back, content }) =>
    row(String(line - back), cut(content)),
  );
  rows.push(row(String(line), cut(current)));
  const left = displayWidth(current.slice(0, from)) - start + (start > 0 ? 1 : 0);
  const length = Math.max(
    1,
    Math.min(displayWidth(current.slice(from, to)), start + width - displayWidth(current.slice(0, from))),
  );
  rows.push(`${dim(`${' '.repeat(gutter)} |`)} ${' '.repeat(left)}${mark('^'.repeat(length))}`);
  return [dim(`${' '.repeat(gutter)} |`), ...rows];
}

/** The part of a line to show: all of it, or a window that holds the place in question. In columns of display. */
function visible(line: string, from: number, to: number): { start: number; width: number } {
  if (displayWidth(line) <= maximumWidth) return { start: 0, width: maximumWidth };
  const begin = displayWidth(line.slice(0, from));
  const length = Math.min(displayWidth(line.slice(from, to)), maximumWidth - 20);
  return { start: Math.max(0, begin + length + 20 - maximumWidth), width: maximumWidth };
}

function precedingLines(text: string, lineStart: number, count: number): { back: number; content: string }[] {
  const lines: { back: number; content: string }[] = [];
  let start = lineStart;
  for (let back = 1; back <= count && start > 0; back++) {
    start = start === 1 ? 0 : text.lastIndexOf('\n', start - 2) + 1;
    lines.unshift({ back, content: lineAt(text, start) });
  }
  return lines;
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '');
}

/** Tabs as blanks; other control characters as U+FFFD, since a terminal would obey them. */
function expand(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return text.replaceAll('\t', ' '.repeat(tabWidth)).replace(/[\x00-\x1f\x7f-\x9f]/g, '\ufffd');
}

function displayWidth(text: string): number {
  return expand(text).length;
}
