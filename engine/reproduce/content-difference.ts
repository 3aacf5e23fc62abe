/** How two contents of the store differ: which files, and where and by how much they first do. */
import { open, readFile, stat } from 'node:fs/promises';
import { type Digest, digestForm, readPieces } from '../../cache/digest.js';
import type { Store } from '../../cache/store.js';
import { isObject } from '../json.js';
import type { Catalog } from '../kind.js';
import { formatNumber, plural } from '../report/format.js';

export interface Difference {
  /** `model`, or of a folder `model/config.json`. */
  readonly output: string;
  /** The first difference, in words. */
  readonly detail: string;
}

export interface Sides {
  readonly before: Store;
  readonly after: Store;
  readonly describe?: Catalog['describeDifference'];
}

/** What differs between two contents of one output; nothing where they are the same. */
export async function contentDifferences(
  output: string,
  before: Digest | undefined,
  after: Digest,
  sides: Sides,
): Promise<readonly Difference[]> {
  if (before === after) return [];
  if (before === undefined) return [{ output, detail: 'it was not there' }];
  if (!sides.before.hasSync(before)) return [{ output, detail: 'the store has the old content no more' }];
  const forms = [digestForm(before), digestForm(after)] as const;
  if (forms[0] !== forms[1]) return [{ output, detail: `it was a ${forms[0]}, and is a ${forms[1]}` }];
  if (forms[0] === 'file') return [{ output, detail: await fileDifference(output, before, after, sides) }];
  const [old, now] = [entriesOf(sides.before, before), entriesOf(sides.after, after)];
  const differences: Difference[] = [];
  for (const path of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [was, is] = [old.get(path), now.get(path)];
    if (was?.identity === is?.identity) continue;
    const name = `${output}/${path}`;
    if (was === undefined) differences.push({ output: name, detail: 'it was not there' });
    else if (is === undefined) differences.push({ output: name, detail: 'it is not there any more' });
    else if (was.file === undefined || is.file === undefined || was.file === is.file)
      differences.push({ output: name, detail: `${was.identity} → ${is.identity}` });
    else differences.push({ output: name, detail: await fileDifference(name, was.file, is.file, sides) });
  }
  return differences;
}

function entriesOf(store: Store, digest: Digest): ReadonlyMap<string, { identity: string; file?: Digest }> {
  return new Map(
    store.readTreeSync(digest).map((entry) => {
      if (entry.kind === 'directory') return [entry.path, { identity: 'a folder' }];
      if (entry.kind === 'symlink') return [entry.path, { identity: `a link to ${entry.target}` }];
      return [entry.path, { identity: `${entry.kind} ${entry.digest}`, file: entry.digest }];
    }),
  );
}

/** Text beyond this is compared as bytes. */
const comparedText_bytes = 64 << 20;

async function fileDifference(name: string, before: Digest, after: Digest, sides: Sides): Promise<string> {
  const [old, now] = [sides.before.fileOf(before), sides.after.fileOf(after)];
  const known = await sides.describe?.(name, old, now);
  if (known !== undefined) return known;
  const sizes = [(await stat(old)).size, (await stat(now)).size] as const;
  if (Math.max(...sizes) <= comparedText_bytes) {
    const texts = [await readText(old), await readText(now)] as const;
    if (texts[0] !== undefined && texts[1] !== undefined) return textDifference(texts[0], texts[1]);
  }
  const offset = await firstDifferentByte(old, now);
  const size = sizes[0] === sizes[1] ? '' : `; ${sizes[0]} bytes → ${sizes[1]} bytes`;
  return `first at byte ${offset}${size}`;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch {
    return undefined;
  }
}

/** JSON by value, anything else by line, which in JSON Lines is a row. Pure. */
export function textDifference(before: string, after: string): string {
  const [old, now] = [parsed(before), parsed(after)];
  if (isObject(old) && isObject(now)) {
    const found = valueDifference(old, now, '');
    if (found !== undefined) return found;
  }
  const [oldLines, newLines] = [linesOf(before), linesOf(after)];
  const count = Math.max(oldLines.length, newLines.length);
  const differing = Array.from({ length: count }, (_, i) => i).filter((i) => oldLines[i] !== newLines[i]);
  const first = differing[0];
  if (first === undefined) return 'only the end of the last line differs';
  const rows = [oldLines[first], newLines[first]].map((line) => parsed(line ?? ''));
  const noun = isObject(rows[0] ?? rows[1]) ? 'row' : 'line';
  const inRow = isObject(rows[0]) && isObject(rows[1]) ? valueDifference(rows[0], rows[1], '') : undefined;
  const shown = inRow ?? `${shorten(oldLines[first])} → ${shorten(newLines[first])}`;
  const total = oldLines.length === newLines.length ? '' : `; ${oldLines.length} → ${plural(newLines.length, noun)}`;
  return `${noun} ${first + 1}: ${shown}; ${differing.length} of ${plural(count, noun)} differ${differing.length === 1 ? 's' : ''}${total}`;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first value that differs, in the order of the names, as `name.name: old → new`. */
function valueDifference(before: unknown, after: unknown, place: string): string | undefined {
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const [old, now] = [before, after] as unknown as Record<string, unknown>[];
    for (const name of [...new Set([...Object.keys(old!), ...Object.keys(now!)])]) {
      const found = valueDifference(old![name], now![name], place === '' ? name : `${place}.${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (Object.is(before, after)) return undefined;
  return `${place}: ${changeOf(before, after)}`;
}

/** Two values, and where both are numbers by how much they differ. */
export function changeOf(before: unknown, after: unknown): string {
  const shown = `${shorten(JSON.stringify(before))} → ${shorten(JSON.stringify(after))}`;
  if (typeof before !== 'number' || typeof after !== 'number') return shown;
  return `${shown} (${after > before ? '+' : ''}${formatNumber(after - before)})`;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function shorten(text: string | undefined): string {
  if (text === undefined) return '(absent)';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

async function firstDifferentByte(before: string, after: string): Promise<number> {
  const [old, now] = [await open(before), await open(after)];
  const [oldPieces, newPieces] = [readPieces(old), readPieces(now)];
  try {
    for (let start = 0; ; ) {
      const [a, b] = [(await oldPieces.next()).value, (await newPieces.next()).value];
      if (a === undefined || b === undefined) return start;
      const length = Math.min(a.length, b.length);
      if (a.compare(b, 0, length, 0, length) !== 0) {
        let index = 0;
        while (a[index] === b[index]) index++;
        return start + index;
      }
      if (a.length !== b.length) return start + length;
      start += length;
    }
  } finally {
    await Promise.all([oldPieces.return(undefined), newPieces.return(undefined)]);
    await Promise.all([old.close(), now.close()]);
  }
}
