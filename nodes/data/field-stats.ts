/** What there is to say of the values of one field, gathered row by row. */
import { stringsOf } from './compared-text.js';
import { textsOf } from './row-types.js';
import { wordsOf } from './shingles.js';

/** Of the rows in which the field holds text. */
export interface Lengths {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}

export interface FieldStats {
  /** Rows in which it is missing or null. */
  readonly missing: number;
  /** Rows in which it is an empty list or object, or a text of nothing but white space. */
  readonly empty: number;
  /** Absent where no row holds text in it. Characters are Unicode code points. */
  readonly characters?: Lengths;
  readonly words?: Lengths;
}

export interface FieldGatherer {
  add(value: unknown): void;
  /** `rows` is how many there are in all; those that were not added miss the field. */
  finish(rows: number): FieldStats;
}

export function createFieldGatherer(): FieldGatherer {
  const characters: number[] = [];
  const words: number[] = [];
  let present = 0;
  let empty = 0;
  return {
    add(value) {
      if (value === undefined || value === null) return;
      present++;
      const text = textOf(value);
      if (isEmpty(value, text)) empty++;
      if (text === undefined) return;
      characters.push(countCharacters(text));
      words.push(wordsOf(text).length);
    },
    finish: (rows) => ({
      missing: rows - present,
      empty,
      ...(characters.length === 0 ? {} : { characters: summarise(characters), words: summarise(words) }),
    }),
  };
}

/** What is written in a value, of messages what is said; `undefined` for numbers and the like. */
function textOf(value: unknown): string | undefined {
  const said = Array.isArray(value) ? [...textsOf({ messages: value })] : [];
  const texts = said.length > 0 ? said : stringsOf(value);
  return texts.length === 0 ? undefined : texts.join('\n');
}

function isEmpty(value: unknown, text: string | undefined): boolean {
  if (text !== undefined) return text.trim() === '';
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function countCharacters(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; count++) index += text.codePointAt(index)! > 0xffff ? 2 : 1;
  return count;
}

/** Percentiles by the nearest rank: the least value that so many are not above. */
export function summarise(values: readonly number[]): Lengths {
  const sorted = Float64Array.from(values).sort();
  const rank = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
  const sum = sorted.reduce((all, value) => all + value, 0);
  return { min: sorted[0]!, mean: sum / sorted.length, p50: rank(0.5), p90: rank(0.9), max: sorted.at(-1)! };
}
