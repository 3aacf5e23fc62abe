/** The metadata of a GGUF file, read by key and type. What is missing or of another type is told by its key. */
import { Failure } from '../../../engine/failure.js';
import type { GgufValue } from '../../format/gguf/header.js';

export interface Metadata {
  /** What errors call the file. */
  readonly file: string;
  has(key: string): boolean;
  number(key: string): number;
  optionalNumber(key: string): number | undefined;
  optionalBoolean(key: string): boolean | undefined;
  optionalString(key: string): string | undefined;
  strings(key: string): readonly string[];
  numbers(key: string): readonly number[];
}

export function readMetadata(values: ReadonlyMap<string, GgufValue>, file: string): Metadata {
  const wrong = (key: string, what: string) =>
    new Failure('gguf-invalid', `${file} is not a model that can be read: its ${key} ${what}.`);
  const optional = <Value>(key: string, type: string, is: (value: unknown) => boolean): Value | undefined => {
    const value = values.get(key);
    if (value === undefined) return undefined;
    if (!is(value)) throw wrong(key, `is not ${type}`);
    return value as unknown as Value;
  };
  const required = <Value>(key: string, value: Value | undefined): Value => {
    if (value === undefined) throw wrong(key, 'is missing');
    return value;
  };
  const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
  const isString = (value: unknown) => typeof value === 'string';
  const listOf = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is);
  const optionalNumber = (key: string) => optional<number>(key, 'a number', isNumber);
  return {
    file,
    has: (key) => values.has(key),
    optionalNumber,
    number: (key) => required(key, optionalNumber(key)),
    optionalBoolean: (key) => optional<boolean>(key, 'true or false', (value) => typeof value === 'boolean'),
    optionalString: (key) => optional<string>(key, 'a text', isString),
    strings: (key) => required(key, optional<readonly string[]>(key, 'a list of texts', listOf(isString))),
    numbers: (key) => required(key, optional<readonly number[]>(key, 'a list of numbers', listOf(isNumber))),
  };
}

/** A float32 in as few decimal digits as name it: 1e-5, where the widened number is 9.999999747378752e-6. */
export function shortest(value: number): number {
  return Number(value.toPrecision(7));
}
