/** What the commands share: where they print, how errors look, which exit codes there are. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import pc from 'picocolors';
import { positionOf, renderDiagnostic, summarise } from '../code-frame.js';
import type { Diagnostic, Location } from '../diagnostic.js';
import { stringify } from '../json.js';

export const exitCodes = { done: 0, failed: 1, invalid: 2, interrupted: 130 } as const;

/** A user's mistake on the command line itself: printed without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(stringify(value));
}

/** Prints diagnostics: frames for a person on standard error, or one JSON object on standard output. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], json: boolean): void {
  const textOf = createTextReader();
  if (json) {
    printJson({ diagnostics: diagnostics.map((diagnostic) => diagnosticJson(diagnostic, textOf)) });
    return;
  }
  const color = pc.isColorSupported && process.stderr.isTTY === true;
  const frames = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, textOf, { color, showFile: shownPath }));
  process.stderr.write(`${frames.join('\n\n')}\n\n${summarise(diagnostics)}\n`);
}

/** A diagnostic with its places as 1-based lines and columns. */
function diagnosticJson(diagnostic: Diagnostic, textOf: (file: string) => string | undefined): object {
  const place = ({ file, start }: Location) => ({ file, ...positionOf(textOf(file) ?? '', start) });
  const { location, related, ...rest } = diagnostic;
  return {
    ...rest,
    ...(location ? { location: place(location) } : {}),
    ...(related ? { related: related.map(({ message, location: at }) => ({ message, location: place(at) })) } : {}),
  };
}

function createTextReader(): (file: string) => string | undefined {
  const texts = new Map<string, string | undefined>();
  return (file) => {
    if (!texts.has(file)) {
      let text: string | undefined;
      try {
        text = readFileSync(file, 'utf8');
      } catch {
        // A file that is gone has no frame.
      }
      texts.set(file, text);
    }
    return texts.get(file);
  };
}

/** A path as a person would type it from here. */
export function shownPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') || path === '' ? file : path;
}

/** Columns padded to their widest cell, two spaces apart; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((most, row) => {
    row.forEach((cell, i) => {
      most[i] = Math.max(most[i] ?? 0, visibleLength(cell));
    });
    return most;
  }, []);
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell + ' '.repeat(widths[i]! - visibleLength(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function visibleLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes start with one.
  return text.replace(/\u001b\[\d+m/g, '').length;
}
