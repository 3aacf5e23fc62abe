/** Reads text files strictly: UTF-8 and nothing else, in pieces, so that a file may be larger than memory. */
import { Failure } from '../../engine/failure.js';
import { readBytes } from './compressed.js';

/** A line or a document longer than this is taken for a mistake, since it could not be held as one string anyway. */
export const maxTextLength = 2 ** 28;

/**
 * Yields a file's text piece by piece, decompressed and without a byte order mark. Throws `Failure` for bytes that are
 * not UTF-8, with their offset. `name` is what errors call the file.
 */
export async function* decodeFile(path: string, name = path): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let tail: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const piece of readBytes(path, name)) {
    if (offset === 0) refuseUtf16(piece, name);
    let text: string;
    try {
      text = decoder.decode(piece, { stream: true });
    } catch {
      const start = characterStart(tail);
      const bytes = Buffer.concat([tail.subarray(start), piece]);
      throw notUtf8(name, offset - tail.length + start + firstInvalid(bytes));
    }
    offset += piece.length;
    tail = Buffer.from(piece.subarray(-4));
    if (text !== '') yield text;
  }
  try {
    decoder.decode();
  } catch {
    throw notUtf8(name, offset, 'the file ends within a character');
  }
}

/** The whole text of a file. */
export async function readText(path: string, name = path): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of decodeFile(path, name)) {
    length += piece.length;
    if (length > maxTextLength) throw tooLong(name, maxTextLength);
    pieces.push(piece);
  }
  return pieces.join('');
}

/** A line of a file; numbers count from 1. */
export interface Line {
  readonly text: string;
  readonly number: number;
}

/** Yields lines without their ends; a line ends in LF or CRLF. */
export async function* readLines(path: string, name = path, maxLength = maxTextLength): AsyncGenerator<Line> {
  let number = 1;
  let parts: string[] = [];
  let length = 0;
  const finish = (last: string): Line => {
    const text = parts.length === 0 ? last : parts.join('') + last;
    parts = [];
    length = 0;
    return { text: text.endsWith('\r') ? text.slice(0, -1) : text, number: number++ };
  };
  for await (const piece of decodeFile(path, name)) {
    let start = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', start)) {
      yield finish(piece.slice(start, end));
      start = end + 1;
    }
    length += piece.length - start;
    if (length > maxLength) throw tooLong(`Line ${number} of ${name}`, maxLength);
    if (start < piece.length) parts.push(piece.slice(start));
  }
  if (parts.length > 0) yield finish('');
}

/** UTF-16 is what some spreadsheets and shells write; it would otherwise show as one broken byte. */
function refuseUtf16(head: Buffer, name: string): void {
  const marked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const unmarked = head.length >= 4 && (head[0] === 0) !== (head[1] === 0) && (head[2] === 0) !== (head[3] === 0);
  if (!marked && !unmarked) return;
  throw new Failure('file-not-utf8', `${name} looks like UTF-16, not UTF-8.`, `Convert it: iconv -f UTF-16 -t UTF-8.`);
}

/** Index of the first byte of a tail at which a character begins. */
function characterStart(tail: Buffer): number {
  const start = tail.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return start === -1 ? tail.length : start;
}

/** Index at which the first broken character begins. */
function firstInvalid(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isUtf8(bytes.subarray(0, middle), 'may end within a character')) valid = middle;
    else invalid = middle;
  }
  while (!isUtf8(bytes.subarray(0, valid), 'whole')) valid--;
  return valid;
}

function isUtf8(bytes: Buffer, end: 'whole' | 'may end within a character'): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: end !== 'whole' });
    return true;
  } catch {
    return false;
  }
}

function notUtf8(name: string, offset: number, what = 'a byte that is not UTF-8'): Failure {
  const where = `at byte ${offset}`;
  return new Failure('file-not-utf8', `${name}: ${what} ${where}.`, 'Convert the file to UTF-8.');
}

function tooLong(what: string, maxLength: number): Failure {
  return new Failure('line-too-long', `${what} is longer than ${maxLength} characters.`);
}
