/** What of a row is compared with other rows: chosen fields, normalised. */
import { Failure } from '../../engine/failure.js';
import { readPath } from './field-path.js';
import { isObject, type NumberedRow, type Row } from './jsonl.js';
import { textsOf } from './row-types.js';

export interface Comparison {
  /** Empty: the whole row. */
  readonly fields: readonly string[];
  readonly ignore_case: boolean;
  readonly ignore_whitespace: boolean;
}

/** Locale-independent. */
export function normalise(
  text: string,
  { ignore_case: ignoreCase, ignore_whitespace: ignoreSpace }: Comparison,
): string {
  const spaced = ignoreSpace ? text.replace(/\s+/gu, ' ').trim() : text;
  return ignoreCase ? spaced.toLowerCase() : spaced;
}

/** Equal for rows that are the same, and only for these. Throws `Failure` for a field that is not there. */
export function comparisonKey(numbered: NumberedRow, name: string, comparison: Comparison): string {
  const { fields } = comparison;
  const value = fields.length === 0 ? numbered.row : fields.map((field) => readField(numbered, field, name));
  return JSON.stringify(canonical(value, comparison));
}

/** The texts that are compared word by word, in their order. Throws `Failure` where there is none. */
export function comparedText(numbered: NumberedRow, name: string, comparison: Comparison): string {
  const { fields } = comparison;
  const text = textIn(numbered, name, comparison);
  if (text !== undefined) return normalise(text, comparison);
  const where = fields.length === 0 ? 'the row' : fields.map((field) => `\`${field}\``).join(', ');
  throw new Failure('missing-field', `${name}, row ${numbered.number}: there is no text in ${where} to compare.`);
}

/** What is compared, in a few words for a person; of a row without texts, its JSON. */
export function excerpt(numbered: NumberedRow, name: string, comparison: Comparison): string {
  const text = (textIn(numbered, name, comparison) ?? JSON.stringify(numbered.row)).replace(/\s+/g, ' ');
  return text.length <= 48 ? text : `${text.slice(0, 47)}…`;
}

function textIn(numbered: NumberedRow, name: string, { fields }: Comparison): string | undefined {
  const texts =
    fields.length === 0
      ? wholeRowTexts(numbered.row)
      : fields.flatMap((field) => stringsOf(readField(numbered, field, name)));
  return texts.length === 0 ? undefined : texts.join('\n');
}

function readField({ row, number }: NumberedRow, field: string, name: string): unknown {
  const value = readPath(row, field);
  if (value !== undefined) return value;
  const hint = `The row has: ${Object.keys(row).slice(0, 8).join(', ')}.`;
  throw new Failure('missing-field', `${name}, row ${number}: there is no \`${field}\` to compare.`, hint);
}

function wholeRowTexts(row: Row): string[] {
  const texts = [...textsOf(row)];
  return texts.length > 0 ? texts : stringsOf(row);
}

/** Every string within a value. */
export function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

/** The order of an object's keys tells nothing. */
function canonical(value: unknown, comparison: Comparison): unknown {
  if (typeof value === 'string') return normalise(value, comparison);
  if (Array.isArray(value)) return value.map((item) => canonical(item, comparison));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, item]) => [key, canonical(item, comparison)]);
}
