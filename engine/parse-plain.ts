/**
 * A fast reader of plain YAML: block and one-line flow collections, and scalars that nobody could take for anything
 * else. Whatever it does not know (a tag, an alias, a text over several lines, an error) it leaves to the real parser,
 * by returning nothing; so it can only be faster, never wiser. It gives no positions: they are needed where there is
 * something to tell of, and the real parser finds them then.
 *
 *     map  = (indent key ":" (" " value | newline deeper-map-or-list))*
 *     list = (indent "- " value)*
 *     value = "{" key ": " value, … "}" | "[" value, … "]" | 'text' | "text" | word
 */
import type { Json } from './spec.js';

/** The value of the text, or `undefined` where it is not as plain as that. */
export function parsePlain(text: string): Json | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are left to the real parser
  if (/[\x00-\x09\x0b-\x1f\x7f\u0085\u2028\u2029\ufeff]/.test(text)) return undefined;
  try {
    const lines = linesOf(text);
    if (lines.length === 0 || lines[0]!.indent !== 0) return undefined;
    const reader: Reader = { lines, next: 0 };
    const value = readMap(reader, 0, 0);
    return reader.next === lines.length ? value : undefined;
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

const notPlain = Symbol('not plain');

function bail(): never {
  throw notPlain;
}

const maximumDepth = 50;

interface Line {
  readonly indent: number;
  /** Without indent; a comment behind it is still there. */
  readonly text: string;
}

interface Reader {
  readonly lines: readonly Line[];
  next: number;
}

/** Lines that hold something. */
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    let at = start;
    while (at < end && text.charCodeAt(at) === 0x20) at++;
    if (at < end && text.charCodeAt(at) !== 0x23) lines.push({ indent: at - start, text: text.slice(at, end) });
    start = end + 1;
  }
  return lines;
}

function readMap(reader: Reader, indent: number, depth: number): Json {
  if (depth > maximumDepth) bail();
  const map: Record<string, Json> = {};
  for (let line = reader.lines[reader.next]; line?.indent === indent; line = reader.lines[reader.next]) {
    const colon = line.text.indexOf(':');
    const key = addableKey(map, line.text.slice(0, Math.max(0, colon)));
    reader.next++;
    const rest = line.text.slice(colon + 1);
    map[key] = withoutComment(rest) === '' ? readBelow(reader, indent, depth) : readRest(rest, reader, indent, depth);
  }
  return map;
}

/** What stands on the lines below a key: deeper, or nothing. */
function readBelow(reader: Reader, indent: number, depth: number): Json {
  const line = reader.lines[reader.next];
  if (line === undefined || line.indent < indent) return null;
  const isList = line.text.startsWith('-');
  if (line.indent === indent) return isList ? bail() : null;
  return isList ? readList(reader, line.indent, depth + 1) : readMap(reader, line.indent, depth + 1);
}

function readList(reader: Reader, indent: number, depth: number): Json {
  const list: Json[] = [];
  for (let line = reader.lines[reader.next]; line?.indent === indent; line = reader.lines[reader.next]) {
    if (!line.text.startsWith('- ')) bail();
    reader.next++;
    list.push(readRest(line.text.slice(1), reader, indent, depth));
  }
  return list;
}

/** A value on the line of its key. A deeper line would go on with it. */
function readRest(rest: string, reader: Reader, indent: number, depth: number): Json {
  if (!rest.startsWith(' ')) bail();
  const next = reader.lines[reader.next];
  if (next !== undefined && next.indent > indent) bail();
  const cursor: Cursor = { text: rest, at: 0 };
  skipSpaces(cursor);
  const value = opensValue.test(cursor.text[cursor.at] ?? '') ? readFlow(cursor, depth + 1) : readBlockWord(cursor);
  if (withoutComment(cursor.text.slice(cursor.at)) !== '') bail();
  return value;
}

/** `undefined` and nothing but a comment both come out as the empty text. */
function withoutComment(text: string): string {
  return /^(?: *$| +#)/.test(text) ? '' : text;
}

interface Cursor {
  readonly text: string;
  at: number;
}

const opensValue = /["'{[]/;

function skipSpaces(cursor: Cursor): void {
  while (cursor.text.charCodeAt(cursor.at) === 0x20) cursor.at++;
}

function readFlow(cursor: Cursor, depth: number): Json {
  if (depth > maximumDepth) bail();
  switch (cursor.text[cursor.at]) {
    case '{':
      return readFlowMap(cursor, depth);
    case '[':
      return readFlowList(cursor, depth);
    case '"':
      return readQuoted(cursor, doubleQuoted).slice(1, -1);
    case "'":
      return readQuoted(cursor, singleQuoted).slice(1, -1).replaceAll("''", "'");
    default:
      return valueOfWord(readMatch(cursor, flowWord).trimEnd());
  }
}

function readFlowMap(cursor: Cursor, depth: number): Json {
  const map: Record<string, Json> = {};
  readItems(cursor, '}', () => {
    const key = addableKey(map, readMatch(cursor, flowKey));
    if (!cursor.text.startsWith(': ', cursor.at)) bail();
    cursor.at += 2;
    skipSpaces(cursor);
    map[key] = readFlow(cursor, depth + 1);
  });
  return map;
}

function readFlowList(cursor: Cursor, depth: number): Json {
  const list: Json[] = [];
  readItems(cursor, ']', () => list.push(readFlow(cursor, depth + 1)));
  return list;
}

/** From the opening bracket to behind the closing one. */
function readItems(cursor: Cursor, close: string, readItem: () => void): void {
  cursor.at++;
  skipSpaces(cursor);
  if (cursor.text[cursor.at] === close) {
    cursor.at++;
    return;
  }
  for (;;) {
    readItem();
    skipSpaces(cursor);
    const found = cursor.text[cursor.at++];
    if (found === close) return;
    if (found !== ',') bail();
    skipSpaces(cursor);
  }
}

const doubleQuoted = /"[^"\\]*"/y;
const singleQuoted = /'(?:[^']|'')*'/y;
const flowKey = /[A-Za-z_][A-Za-z0-9_-]*/y;
const flowWord = /[A-Za-z0-9_./-](?:[A-Za-z0-9_./+-]| (?=[A-Za-z0-9_.]))*/y;
const blockWord = /[A-Za-z0-9_./$-](?:[A-Za-z0-9_./+${}()*@=,[\]-]| (?=[A-Za-z0-9_.$]))*/y;

function readBlockWord(cursor: Cursor): Json {
  return valueOfWord(readMatch(cursor, blockWord).trimEnd());
}

/** A text in quotes is one that stands alone: `"a"b` is something else. */
function readQuoted(cursor: Cursor, form: RegExp): string {
  const found = readMatch(cursor, form);
  if (!/^(?:$|[ ,\]}])/.test(cursor.text.slice(cursor.at, cursor.at + 1))) bail();
  return found;
}

function readMatch(cursor: Cursor, form: RegExp): string {
  form.lastIndex = cursor.at;
  const found = form.exec(cursor.text)?.[0] ?? bail();
  cursor.at += found.length;
  return found;
}

/** Words that some YAML reads as something else than text. */
const special = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

function valueOfWord(word: string): Json {
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'null') return null;
  if (/^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/.test(word)) {
    const number = Number(word);
    // `-0.0` and `0` are the same.
    return number === 0 ? 0 : number;
  }
  return /^[A-Za-z_/$]/.test(word) && !special.test(word) ? word : bail();
}

const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function addableKey(map: object, key: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) || special.test(key) || forbidden.has(key)) bail();
  return Object.hasOwn(map, key) ? bail() : key;
}
