/** Multiple-choice questions from rows, and as the token sequences whose likelihoods decide them. */
import { Failure } from '../../engine/failure.js';
import { readPath } from '../data/field-path.js';
import { describe, readRows } from '../data/jsonl.js';
import { ignoredLabel } from '../loss/cross-entropy.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import type { Example } from '../train/example.js';

export interface Question {
  readonly row: Readonly<Record<string, unknown>>;
  readonly prompt: string;
  readonly choices: readonly string[];
  /** Index of the right choice. */
  readonly answer: number;
}

interface Fields {
  readonly prompt: string;
  readonly choices: string;
  readonly answer: string;
}

/** Throws `Failure` for a row that is no question, and where there are none. */
export async function readQuestions(path: string, fields: Fields): Promise<Question[]> {
  const questions: Question[] = [];
  for await (const { row, number } of readRows(path, 'the dataset')) {
    const [prompt, choices, right] = [fields.prompt, fields.choices, fields.answer].map((field) =>
      readPath(row, field),
    );
    if (typeof prompt !== 'string') throw misfit(number, fields.prompt, 'a text', prompt);
    if (!isChoices(choices)) throw misfit(number, fields.choices, 'a list of two different texts or more', choices);
    const answer = typeof right === 'string' ? choices.indexOf(right) : right;
    if (!Number.isInteger(answer) || (answer as number) < 0 || (answer as number) >= choices.length) {
      throw misfit(number, fields.answer, `the index or the text of one of ${choices.length} choices`, right);
    }
    questions.push({ row, prompt, choices, answer: answer as number });
  }
  if (questions.length === 0) throw new Failure('dataset-empty', 'The dataset holds no questions.');
  return questions;
}

function isChoices(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((choice) => typeof choice === 'string' && choice !== '') &&
    new Set(value).size === value.length
  );
}

function misfit(number: number, field: string, wanted: string, found: unknown): Failure {
  return new Failure(
    'field-unfit',
    `Row ${number} of the dataset: the field ${field} must be ${wanted}, not ${describe(found)}.`,
  );
}

/**
 * A continuation of a prompt, only the former asked for. Its tokens are those that the two together have more than the
 * prompt alone, and white space at the end of the prompt belongs to the continuation, as in lm-evaluation-harness. A
 * prompt without tokens is begun by BOS, or else by EOS. What is longer than `maxLength` loses its beginning.
 */
export async function continuationExample(
  tokenizer: Tokenizer,
  prompt: string,
  continuation: string,
  maxLength: number,
): Promise<Example & { readonly cut: boolean }> {
  const context = prompt.trimEnd();
  const [whole, before] = await tokenizer.encodeBatch([prompt + continuation, context]);
  const begin = tokenizer.bosId ?? (before!.ids.length === 0 ? tokenizer.eosId : undefined);
  if (begin === undefined && before!.ids.length === 0) {
    throw new Failure(
      'prompt-empty',
      'A prompt has no tokens, and the tokenizer has neither BOS nor EOS to begin with.',
    );
  }
  const isBegun = begin === undefined || (whole!.ids[0] === begin && before!.ids.length > 0);
  const sequence = isBegun ? whole!.ids : [begin, ...whole!.ids];
  const firstAsked = sequence.length - whole!.ids.length + before!.ids.length;
  const ids = sequence.slice(0, -1);
  const targets = sequence.slice(1).map((id, index) => (index + 1 >= firstAsked ? id : ignoredLabel));
  return { ids: ids.slice(-maxLength), targets: targets.slice(-maxLength), cut: ids.length > maxLength };
}

/** Index of the largest value; of equal ones the first. */
export function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
}
