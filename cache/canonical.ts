/**
 * The canonical encoding of JSON-like values: equal values give equal bytes, different values different bytes.
 *
 *     value   = null | true | false | integer | real | text | units | list | record
 *     null    = "n"      true = "t"      false = "f"
 *     integer = "i" length ":" decimal digits, "-" before them when negative
 *     real    = "d" 8 bytes: IEEE 754 double, big-endian; only for numbers that are not whole
 *     text    = "s" length ":" UTF-8
 *     units   = "u" length ":" UTF-16LE; only for text with a lone surrogate, which UTF-8 cannot hold
 *     list    = "a" count ":" value*
 *     record  = "o" count ":" (key value)*, keys as text, in code-point order
 *
 * Lengths are of bytes, in decimal. The first byte of all is the version of this encoding. Every part carries its
 * length, so no two values can run together into the same bytes.
 */
import { createHash } from 'node:crypto';
import { compareCodePoints } from './code-point-order.js';
import { type Digest, makeDigest } from './digest.js';

const encodingVersion = 1;

/** What can be encoded: JSON, and integers of any size. */
export type CanonicalValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue };

/**
 * Encodes null, booleans, finite numbers, bigints, strings, arrays and plain objects. A whole number and the bigint
 * equal to it encode alike, and -0 as 0.
 * @throws TypeError for anything else, naming the place by JSON pointer: NaN, an infinity, `undefined`, a function, a
 * class instance, an array with holes, a cycle
 */
export function encodeCanonical(value: CanonicalValue): Uint8Array {
  return Buffer.from(encoded(value), 'latin1');
}

/**
 * The digest of a value's canonical encoding under `domain` (such as `lapidary/key/1`), so that equal values which mean
 * different things get different digests.
 */
export function digestCanonical(domain: string, value: CanonicalValue): Digest {
  const hash = createHash('sha256').update(encoded(domain) + encoded(value), 'latin1');
  return makeDigest('file', hash.digest('hex'));
}

/** The bytes, one character each: to join texts is many times faster than to join as many small buffers. */
function encoded(value: CanonicalValue): string {
  const pieces: string[] = [String.fromCharCode(encodingVersion)];
  write(value, [], [], pieces);
  return pieces.join('');
}

/** `place` and `ancestors` are the keys and the objects that lead to `value`. */
function write(value: unknown, place: string[], ancestors: object[], pieces: string[]): void {
  if (value === null) pieces.push('n');
  else if (typeof value === 'boolean') pieces.push(value ? 't' : 'f');
  else if (typeof value === 'bigint') writeInteger(value, pieces);
  else if (typeof value === 'number') writeNumber(value, place, pieces);
  else if (typeof value === 'string') writeText(value, pieces);
  else if (typeof value !== 'object') throw unencodable(typeof value, place);
  else {
    if (ancestors.includes(value)) throw unencodable('an object that contains itself', place);
    ancestors.push(value);
    if (Array.isArray(value)) writeList(value, place, ancestors, pieces);
    else writeRecord(value, place, ancestors, pieces);
    ancestors.pop();
  }
}

function writeNumber(value: number, place: string[], pieces: string[]): void {
  if (!Number.isFinite(value)) throw unencodable(String(value), place);
  if (Number.isSafeInteger(value)) {
    // -0 becomes 0 here.
    const digits = String(value === 0 ? 0 : value);
    pieces.push(`i${digits.length}:${digits}`);
  } else if (Number.isInteger(value)) {
    writeInteger(BigInt(value), pieces);
  } else {
    const real = Buffer.alloc(9, 'd');
    real.writeDoubleBE(value, 1);
    pieces.push(real.toString('latin1'));
  }
}

function writeInteger(value: bigint, pieces: string[]): void {
  const digits = value.toString();
  pieces.push(`i${digits.length}:${digits}`);
}

function writeText(text: string, pieces: string[]): void {
  if (isAscii(text)) {
    pieces.push(`s${text.length}:${text}`);
    return;
  }
  const lone = /\p{Surrogate}/u.test(text);
  const bytes = Buffer.from(text, lone ? 'utf16le' : 'utf8');
  pieces.push(`${lone ? 'u' : 's'}${bytes.length}:`, bytes.toString('latin1'));
}

function writeList(list: readonly unknown[], place: string[], ancestors: object[], pieces: string[]): void {
  pieces.push(`a${list.length}:`);
  for (let index = 0; index < list.length; index++) {
    place.push(String(index));
    write(list[index], place, ancestors, pieces);
    place.pop();
  }
}

function writeRecord(record: object, place: string[], ancestors: object[], pieces: string[]): void {
  if (!isPlain(record)) throw unencodable(`an instance of ${record.constructor?.name ?? 'a class'}`, place);
  if (Object.getOwnPropertySymbols(record).length > 0) throw unencodable('an object with a symbol as key', place);
  const keys = Object.keys(record).sort(compareCodePoints);
  pieces.push(`o${keys.length}:`);
  for (const key of keys) {
    place.push(key);
    writeText(key, pieces);
    write((record as Record<string, unknown>)[key], place, ancestors, pieces);
    place.pop();
  }
}

/** An object literal, one without a prototype, or one of another realm: its prototype, if any, is a root. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function unencodable(what: string, place: readonly string[]): TypeError {
  const pointer = place.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return new TypeError(`${what} has no canonical encoding (at "${pointer}")`);
}
